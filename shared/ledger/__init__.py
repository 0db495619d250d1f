"""The hash-chained records of acts and of what crossed, and their verifier."""

from shared.ledger.chain import LEDGER, Chain
from shared.ledger.entries import Ledger, ledger_tables
from shared.ledger.seal import seal
from shared.ledger.verify import BrokenLedger, verify

__all__ = ["LEDGER", "BrokenLedger", "Chain", "Ledger", "ledger_tables", "seal", "verify"]
