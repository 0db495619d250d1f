"""The command line `njt`; the only place that knows all services."""
