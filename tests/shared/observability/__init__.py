"""Traces, metrics and logs: joined across services, and free of personal data."""
