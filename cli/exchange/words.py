"""How states and moments are told at a terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.clock import SHANGHAI

STATES = {
    "owed": "待发",
    "delivered": "已送达",
    "accepted": "已接收",
    "done": "已办结",
    "rejected": "退回",
    "refused": "拒收",
    "voided": "已作废",
}


def moment(text: str | None) -> str:
    """A moment of the interface's as it is in Nanjing; a dash for none."""
    if text is None:
        return "—"
    return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S")


def state_of(intent: Mapping[str, Any]) -> str:
    """How far a message is."""
    beside = "，已另行更正" if intent["mended"] else "，逾期" if intent["overdue"] else ""
    return STATES[intent["state"]] + beside
