"""督导 · Owns evaluation plans, inspections, findings, rectifications and sanctions.

Hears: institutions registered, recognized, suspended, resumed, re-scoped, amended, renewed and ended;
claims paid, certificates revoked.
Announces: institutions sanctioned, sanctions lifted, evaluations held.
"""
