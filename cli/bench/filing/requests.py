"""What callers ask of filing in a bench; about bodies that nobody runs."""

import json
from collections.abc import Mapping

from cli.bench.filing.serving import APPLICANT_USCC, DISTRICT
from cli.bench.load import Ask


def bearer(token: str) -> Mapping[str, str]:
    """The header of a caller."""
    return {"Authorization": f"Bearer {token}"}


def draft(token: str) -> Ask:
    """A case of a municipal enterprise: some 700 bytes with three occupations."""
    body = {
        "applicant": {
            "name": "测速用虚构机构",
            "uscc": APPLICANT_USCC,
            "legal_representative": "测试员甲",
            "address": "虚构路 1 号",
        },
        "organ": DISTRICT,
        "category": "municipal_enterprise",
        "audience": "own_staff",
        "scope": [
            {"edition": "2015", "occupation": "6-18-01-01", "work_type": "", "level": level}
            for level in (5, 4, 3)
        ],
        "training": ["new_apprenticeship"],
        "evidence": [],
        "channel": "online",
    }
    headers = {**bearer(token), "Content-Type": "application/json"}
    return Ask(
        method="POST",
        path="/v1/filings",
        headers=headers,
        body=json.dumps(body, ensure_ascii=False),
        keyed=True,
    )
