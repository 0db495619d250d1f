"""Announcements that are never lost, never doubled, never stuck: outbox, relay, bus, consumer, held messages."""
