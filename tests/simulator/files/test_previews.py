"""What stands before a message in a file is for people: it says what is carried, whatever dialect that is written in."""

import csv
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.contracts.batches import Form
from shared.contracts.province import SCHEMA_VERSION, ProvinceEnvelope, Receipt, Stage
from shared.province.dialect import SAMPLE
from shared.province.keys.signing import Ed25519Signer
from simulator.dialect import Dialect
from simulator.files.batches import Sender, write_batch
from simulator.keys import ProvinceKey
from simulator.line import Letter
from tests.shared.province.parcels import entries
from tests.shared.province.tongues import OTHER

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("profile", [SAMPLE, OTHER], ids=["sample", "other"])
def test_a_row_says_what_it_carries_in_any_dialect(profile: Path, tmp_path: Path) -> None:
    dialect, pem = Dialect.from_file(profile), tmp_path / "province.pem"
    pem.write_bytes(Ed25519Signer(Ed25519PrivateKey.generate()).to_pem())
    letter = ProvinceEnvelope(
        schema_version=SCHEMA_VERSION,
        message_id=uuid4(),
        code="RECEIPT",
        sender="320000",
        receiver="320100/filing",
        business_key="备案:1",
        lane="甲",
        sequence=0,
        issued_at=AT,
        in_reply_to=uuid4(),
        payload=Receipt(stage=Stage.BUSINESS, ok=True).model_dump(mode="json"),
        key_id="k",
        signature="c2ln",
    )
    carried = Letter(id="1", routing_key="to-city.filing", body=dialect.written(letter))
    sender = Sender(key=ProvinceKey.from_file(pem), dialect=dialect, at=AT)
    content = entries(
        write_batch([carried, Letter(id="2", routing_key="", body=b"?")], "filing", Form.CSV, sender)
    )
    _, told, spoilt = csv.reader(StringIO(content["messages.csv"].decode("utf-8-sig")))
    assert told[:7] == ["1", str(letter.message_id), "RECEIPT", "备案:1", "甲", "0", AT.isoformat()]
    assert told[7] == carried.body.decode()
    assert spoilt == ["2", *[""] * 6, "?"]
