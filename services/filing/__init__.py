"""备案 · Owns filings and the register of institutions.

Hears: accounts opened, sanctions imposed and lifted, evaluations held; what the province has filed and changed.
Announces: institutions registered, recognized, re-scoped, amended, renewed, suspended, resumed, ended.
"""
