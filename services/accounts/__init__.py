"""账号 · Owns institutions' accounts, and the clients that may call the suite; issues access tokens.

Hears: institutions registered, recognized, suspended, resumed, re-scoped, amended, ended, told again.
Announces: accounts opened, suspended, resumed, closed; operators invited; records asked for again.
"""
