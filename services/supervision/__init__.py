"""督导 · Owns evaluation plans, inspections, findings, rectifications and sanctions.

Hears: institutions registered, recognized, suspended and resumed; claims paid.
Announces: institutions sanctioned, sanctions lifted.
"""
