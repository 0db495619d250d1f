"""Receipts over HTTP: for whoever sees the claim; digest and keys for anybody."""

import json
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from services.subsidy.domain.claim import Claim
from services.subsidy.receipts import FalseReceipt, Notary, verify
from shared.province.keys.signing import KeyRing
from shared.settings import ReceiptSettings
from tests.shared.documents.pdf import Pdf
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.receipting import signer
from tests.subsidy.releasing import ServedCity


@pytest.fixture
async def employer(served_city: ServedCity) -> Claimant:
    return await Claimant(served_city).on_record()  # type: ignore[arg-type]  # it opens units of work alike


async def receipt(city: ServedCity, claim: Claim, number: str, *, paper: bool = False) -> httpx.Response:
    path = f"/v1/claims/{claim.id}/items/{number}/receipt{'.pdf' if paper else ''}"
    return await city.client.get(path, headers=city.reader())


async def keys(city: ServedCity) -> KeyRing:
    return KeyRing((await city.client.get("/v1/public/receipt-keys")).json())


async def test_a_receipt_as_it_came_is_verified_by_the_published_keys(
    served_city: ServedCity, employer: Claimant
) -> None:
    claim = await employer.claimed(robot(3), lathe(4))
    ring = await keys(served_city)
    for item in await employer.items(claim):
        answer = await receipt(served_city, claim, item.certificate_number)
        attested = verify(answer.content, ring)
        assert attested.content is not None
        assert attested.content.amount_fen == item.amount
        assert attested.content.item_id == item.id
        assert attested.content.holder.name == "测***"
        with pytest.raises(FalseReceipt):
            verify(answer.content.replace(b'"amount_fen":', b'"amount_fen":1'), ring)


async def test_the_paper_shows_the_digest_of_the_same_receipt(
    served_city: ServedCity, employer: Claimant
) -> None:
    claim = await employer.claimed(robot(3))
    (item,) = await employer.items(claim)
    document = (await receipt(served_city, claim, item.certificate_number)).json()
    paper = await receipt(served_city, claim, item.certificate_number, paper=True)
    assert paper.headers["content-type"] == "application/pdf"
    assert document["digest"] in Pdf(paper.content).text


async def test_anybody_is_told_the_digest_of_the_present_receipt_and_nothing_else(
    served_city: ServedCity, employer: Claimant
) -> None:
    claim = await employer.claimed(robot(3))
    (item,) = await employer.items(claim)
    document = (await receipt(served_city, claim, item.certificate_number)).json()
    path = httpx.URL(document["url"]).path
    answer = await served_city.client.get(path)
    assert answer.json() == {"item_id": str(item.id), "digest": document["digest"]}
    unknown = await served_city.client.get(f"/v1/public/receipts/{uuid4()}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NJT-SUB-1201")


async def test_a_receipt_is_for_whoever_sees_the_claim(served_city: ServedCity, employer: Claimant) -> None:
    claim = await employer.claimed(robot(3))
    (item,) = await employer.items(claim)
    path = f"/v1/claims/{claim.id}/items/{item.certificate_number}/receipt"
    seen = {
        who: (
            await served_city.client.get(path, headers=served_city.reader(organ=organ, holder=uscc))
        ).status_code
        for who, organ, uscc in (
            ("district", employer.organ, None),
            ("other district", "320102", None),
            ("employer", None, employer.uscc),
            ("other employer", None, "91320106MA00000021"),
        )
    }
    assert seen == {"district": 200, "other district": 404, "employer": 200, "other employer": 404}
    assert (await served_city.client.get(path)).status_code == 401


async def test_a_certificate_of_another_claim_is_no_item_of_this_one(
    served_city: ServedCity, employer: Claimant
) -> None:
    claim, other = await employer.claimed(robot(3)), await employer.claimed(lathe(4))
    (item,) = await employer.items(other)
    answer = await receipt(served_city, claim, item.certificate_number)
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-SUB-1201")


async def test_a_receipt_stays_the_same_when_the_key_is_rotated_but_for_its_seal(
    served_city: ServedCity, employer: Claimant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = await employer.claimed(robot(3))
    (item,) = await employer.items(claim)
    old = await receipt(served_city, claim, item.certificate_number)
    state = served_city.state
    former, pem = tmp_path / "former.json", tmp_path / "new.pem"
    former.write_text(json.dumps(dict(state.notary.keys)), encoding="utf-8")
    pem.write_bytes(signer(7).to_pem())
    rotated = ReceiptSettings(signing_key_file=pem, former_keys_file=former)
    monkeypatch.setattr(state, "notary", Notary.of(rotated, public_url="https://example.invalid/"))
    new = await receipt(served_city, claim, item.certificate_number)
    ring = await keys(served_city)
    assert verify(new.content, ring).seal.key_id == signer(7).key_id
    assert verify(old.content, ring).seal.digest == new.json()["digest"]
    assert new.json()["url"] == f"https://example.invalid/v1/public/receipts/{item.id}"
