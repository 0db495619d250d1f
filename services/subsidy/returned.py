"""Rows that were given back, sealed: what stood in them may name people."""

import json
import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.subsidy.domain.upload import Finding, Returned
from shared.privacy import FieldCipher

_DAY, _MOMENT = "day", "moment"


def seal_rows(cipher: FieldCipher, upload_id: UUID, rows: Sequence[Returned]) -> bytes:
    """All of them, for this upload alone."""
    plain = [
        {
            "row": each.row,
            "findings": [[one.column, one.code, one.message] for one in each.findings],
            "cells": [_out(cell) for cell in each.cells],
        }
        for each in rows
    ]
    return cipher.seal(json.dumps(plain).encode(), about=_about(upload_id))


def unseal_rows(cipher: FieldCipher, upload_id: UUID, sealed: bytes) -> list[Returned]:
    """What was sealed; raises Undecipherable when it was altered or belongs to another upload."""
    return [
        Returned(
            row=each["row"],
            findings=tuple(
                Finding(column=column, code=code, message=message)
                for column, code, message in each["findings"]
            ),
            cells=tuple(_in(cell) for cell in each["cells"]),
        )
        for each in json.loads(cipher.unseal(sealed, about=_about(upload_id)))
    ]


def _out(cell: object) -> Any:
    if isinstance(cell, datetime):
        return {_MOMENT: cell.isoformat()}
    if isinstance(cell, date):
        return {_DAY: cell.isoformat()}
    if isinstance(cell, str | bool | int) or (isinstance(cell, float) and math.isfinite(cell)):
        return cell
    return str(cell)


def _in(kept: Any) -> object:
    if isinstance(kept, dict):
        return datetime.fromisoformat(kept[_MOMENT]) if _MOMENT in kept else date.fromisoformat(kept[_DAY])
    return kept


def _about(upload_id: UUID) -> str:
    return f"upload/{upload_id}/returned"
