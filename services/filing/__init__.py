"""备案 · Owns filings and the register of institutions.

Hears: accounts opened, sanctions imposed and lifted, what the province has filed.
Announces: institutions registered, recognized, suspended, resumed.
"""
