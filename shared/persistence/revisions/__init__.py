"""Revisions that every service's schema goes through alike."""
