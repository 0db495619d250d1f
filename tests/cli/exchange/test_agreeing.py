"""`njt exchange key|dialect`: entries for the other side's key file, and a profile that is looked at before it is used."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import create_app
from shared.contracts.dialect import Algorithm
from shared.province.keys.signing import KeyRing, read_signer
from simulator.keys import PeerKeys
from tests.shared.province.tongues import OTHER, PROFILES, new_pem

APP, RUNNER = create_app(), CliRunner()
SINCE, UNTIL = "2026-01-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"


def said(*arguments: object, code: int = 0) -> str:
    result = RUNNER.invoke(APP, ["exchange", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_the_entry_of_a_key_is_taken_by_either_side(tmp_path: Path, algorithm: Algorithm) -> None:
    pem = tmp_path / "filing.pem"
    pem.write_bytes(new_pem(algorithm))
    signer = read_signer(pem, algorithm)
    entry = json.loads(said("key", pem, "--from", SINCE, "--until", UNTIL))
    assert (entry[signer.key_id]["from"], entry[signer.key_id]["until"]) == (SINCE, UNTIL)
    for keys in (KeyRing(entry), PeerKeys(entry)):
        found = keys.find(signer.key_id)
        assert found is not None
        assert found.algorithm is algorithm
        assert found.holds(b"content", signer.sign(b"content"))
        assert [each and each.isoformat() for each in (found.since, found.until)] == [SINCE, UNTIL]
    assert set(json.loads(said("key", pem))[signer.key_id]) == {"key", "algorithm"}


def test_a_key_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    pem = tmp_path / "filing.pem"
    pem.write_bytes(new_pem(Algorithm.ED25519))
    assert "begin before" in said("key", pem, "--from", UNTIL, "--until", SINCE, code=2)
    pem.write_bytes(b"")
    assert "filing.pem" in said("key", pem, code=2)


def test_a_profile_is_shown_by_a_receipt_and_by_what_is_signed_of_it() -> None:
    shown = said("dialect", OTHER)
    assert "head.jybh=HZ001" in shown
    assert '"jybh": "HZ001"' in shown
    assert '"business_key": "report:示例"' in said("dialect", PROFILES["sample"])


def test_a_profile_with_faults_is_refused_with_what_is_wrong(tmp_path: Path) -> None:
    profile = tmp_path / "broken.toml"
    profile.write_text('name = "broken"\ntitle = "t"\n[codes]\nRECIEPT = "R"\n', encoding="utf-8")
    assert "RECIEPT" in said("dialect", profile, code=2)
