"""备案 · Owns filings and the register of institutions.

Hears: accounts opened, operators invited, records asked for again; sanctions imposed and lifted, revocations ordered,
evaluations held; what the province has filed and changed, and its editions of the occupation catalogue.
Announces: institutions registered, recognized, re-scoped, amended, renewed, suspended, resumed, ended; told again.
"""
