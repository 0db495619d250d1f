"""How a service is asked over HTTP: problems, callers, preconditions, one client."""
