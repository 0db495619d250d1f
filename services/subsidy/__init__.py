"""补贴 · Owns certificates, claims and their payment.

Hears: institutions registered, recognized, suspended, resumed, re-scoped, amended, renewed, ended; what the province issued.
Announces: claims paid, frozen, released.
"""
