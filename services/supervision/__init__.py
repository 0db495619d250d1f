"""督导 · Owns evaluation plans, leads, inspections, findings, rectifications and sanctions.

Hears: institutions registered, recognized, suspended, resumed, re-scoped, amended, renewed and ended;
claims paid, subsidies recovered, certificates revoked, signals raised and lapsed.
Announces: institutions sanctioned, sanctions lifted, evaluations held, signals closed.
"""
