"""The conformance kit, played against the simulator and against our own suite."""
