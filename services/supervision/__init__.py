"""督导 · Owns evaluation plans, leads, inspections, findings, rectifications and sanctions.

Hears: institutions registered, recognized, suspended, resumed, re-scoped, amended, renewed and ended;
claims paid, subsidies recovered, certificates revoked, signals raised and lapsed; what the province asks for and orders.
Announces: institutions sanctioned, sanctions lifted, revocations ordered, evaluations held, signals closed;
joint supervision, the province's tasks reported and its orders carried out.
"""
