"""What callers may ask of filing: one message type, one function each, in a module for each aggregate."""

from services.filing.handlers.work import Work

__all__ = ["Work"]
