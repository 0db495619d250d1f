"""`njt receipt verify`: what is attested is printed, and any change exits with 1 and says what is wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import create_app
from cli.suite.home import Home
from services.subsidy.receipts import Receipt, sign
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.subsidy.receipting import URL, content, signer


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture
def receipt(policy: Policy) -> Receipt:
    return sign(content(policy), url=URL, signer=signer())


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(signer(2).public() | signer().public()), encoding="utf-8")
    return path


def run(folder: Path, written: bytes, *options: str) -> tuple[int, str]:
    file = folder / "receipt"
    file.write_bytes(written)
    result = CliRunner().invoke(create_app(), ["receipt", "verify", str(file), *options])
    return result.exit_code, result.output


def test_a_whole_receipt_prints_what_it_attests(tmp_path: Path, receipt: Receipt, keys: Path) -> None:
    code, said = run(tmp_path, receipt.canonical, "--keys", str(keys))
    assert code == 0
    for each in (
        f"签名成立 · the signature holds（{signer().key_id}）",
        "予以发放\u30002,600.00 元\u3000培训和高技能人才补贴",
        "Y000032000001243000001",
        "测***\u3000320*************1X",
        "符合\u3000紧缺上浮：紧缺型（sample-2024",
        receipt.digest,
        URL,
    ):
        assert each in said


def test_the_text_of_the_code_proves_the_digest_and_says_that_it_proves_no_more(
    tmp_path: Path, receipt: Receipt, keys: Path
) -> None:
    code, said = run(tmp_path, f"{receipt.code}\n".encode(), "--keys", str(keys))
    assert code == 0
    assert receipt.digest in said
    assert "二维码只证明该摘要由此密钥签署" in said


def test_a_changed_byte_exits_with_1_and_names_what_was_changed(
    tmp_path: Path, receipt: Receipt, keys: Path
) -> None:
    changed = receipt.canonical.replace(b'"amount_fen":260000', b'"amount_fen":260001')
    code, said = run(tmp_path, changed, "--keys", str(keys))
    assert code == 1
    assert "凭证不可信" in said
    assert "内容被改动" in said


def test_a_key_that_is_not_in_the_ring_exits_with_1(tmp_path: Path, receipt: Receipt) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps(signer(3).public()), encoding="utf-8")
    code, said = run(tmp_path, receipt.canonical, "--keys", str(other))
    assert code == 1
    assert f"{signer().key_id} 不在公钥表内" in said


@pytest.mark.parametrize("content_of_keys", ["[]", '{"a": "b"}', "no json"])
def test_a_key_file_that_is_none_is_refused(tmp_path: Path, receipt: Receipt, content_of_keys: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(content_of_keys, encoding="utf-8")
    code, said = run(tmp_path, receipt.canonical, "--keys", str(bad))
    assert code == 2
    assert "密钥号" in said


def test_without_keys_it_takes_those_of_the_machines_own_suite(
    tmp_path: Path, receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NJT_DATA", str(tmp_path / "data"))
    code, said = run(tmp_path, receipt.canonical)
    assert code == 2
    assert "没有公钥表" in said
    home = Home.at(tmp_path / "data" / "up" / "home")
    home.receipt_keys.write_text(json.dumps(signer().public()), encoding="utf-8")
    assert run(tmp_path, receipt.canonical)[0] == 0


def test_a_home_makes_a_key_and_remembers_the_public_half_of_one_that_was_replaced(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    (first,) = json.loads(home.receipt_keys.read_text(encoding="utf-8"))
    home.signing_key("receipts").unlink()
    assert Home.at(tmp_path / "home") == home
    both = json.loads(home.receipt_keys.read_text(encoding="utf-8"))
    assert len(both) == 2
    assert first in both
    assert first not in json.loads(home.city_keys.read_text(encoding="utf-8"))
