"""Settings: what follows from the transport that is chosen."""

from pathlib import Path

import pytest

from shared.settings import ProvinceSettings, Transport

KEYS = {"signing_key_file": Path("own.pem"), "peer_keys_file": Path("peers.json")}
WAITS = ("receipt_seconds", "query_seconds", "missing_seconds", "answer_seconds", "oldest_seconds")
DAY = 86_400


@pytest.mark.parametrize("transport", [Transport.FILES, "files"])
def test_where_files_are_carried_nobody_is_asked_for_days(transport: str) -> None:
    carried = ProvinceSettings.model_validate({**KEYS, "transport": transport})
    assert all(getattr(carried, each) >= DAY for each in WAITS)
    assert carried.longest_query_seconds >= carried.query_seconds


def test_what_is_told_holds_however_files_are_carried() -> None:
    told = {**KEYS, "transport": "files", "receipt_seconds": 60}
    assert ProvinceSettings.model_validate(told).receipt_seconds == 60


def test_on_a_line_somebody_asks_within_minutes() -> None:
    line = ProvinceSettings.model_validate(KEYS)
    assert (line.transport, line.receipt_seconds, line.query_seconds) == (Transport.AMQP, 600, 60)
