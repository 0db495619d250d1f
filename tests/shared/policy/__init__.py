"""The policy pack: its data against the notice, its loader against faults, its calendar against an oracle."""
