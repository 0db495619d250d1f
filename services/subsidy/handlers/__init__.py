"""What callers may ask of subsidy: one message type and one function each, a module for each aggregate."""

from services.subsidy.handlers.work import Work

__all__ = ["Work"]
