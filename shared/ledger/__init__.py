"""The hash-chained record of acts, and its verifier."""

from shared.ledger.entries import Ledger, ledger_tables
from shared.ledger.seal import seal
from shared.ledger.verify import BrokenLedger, verify

__all__ = ["BrokenLedger", "Ledger", "ledger_tables", "seal", "verify"]
