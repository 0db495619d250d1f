"""补贴 · Owns certificates, claims, their payment and its recovery.

Hears: institutions registered, recognized, suspended, resumed, re-scoped, amended, renewed, ended; what the province issued;
evaluations held, signals closed.
Announces: signals raised, lapsed; claims paid, frozen, released; recoveries opened, noticed, overdue; subsidies recovered.
"""
