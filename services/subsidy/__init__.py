"""补贴 · Owns certificates, claims and their payment.

Hears: institutions registered, recognized, suspended, resumed; certificates issued by the province.
Announces: claims paid, frozen, released.
"""
