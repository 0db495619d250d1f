"""Receipts: what they attest, that any change to one is found, and whose signature counts."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.fact import NOTHING_KNOWN
from services.subsidy.domain.receipt import NotConcluded
from services.subsidy.receipts import FalseReceipt, sign, verify
from shared.policy import MoneyLine, Policy
from tests.subsidy.deciding import insured, lathe
from tests.subsidy.receipting import URL, concluded, content, ring, signer


def signed(policy: Policy, **changes: Any) -> bytes:
    return sign(content(policy, **changes), url=URL, signer=signer()).canonical


def code(policy: Policy) -> bytes:
    return sign(content(policy), url=URL, signer=signer()).code.encode()


def refused(written: bytes, *numbers: int) -> str:
    with pytest.raises(FalseReceipt) as caught:
        verify(written, ring(*map(signer, numbers or (1,))))
    assert caught.value.code == "NJT-SUB-1702"
    return caught.value.detail


def test_n1_7_a_receipt_says_amount_every_rule_its_clause_document_and_status(policy: Policy) -> None:
    said = content(policy)
    assert (said.amount_fen, said.base_fen, said.uplift_percent) == (260_000, 200_000, 30)
    assert (said.outcome.name, said.line.code, said.level.name) == ("予以发放", "B", "三级/高级工")
    uplift = next(each for each in said.rules if each.rule.name == "紧缺上浮")
    assert (uplift.source.clause, uplift.source.number) == ("N1.7", "宁人社函〔2021〕22号")
    assert (uplift.status.name, uplift.result.code) == ("通知载明", "hit")
    assert {each.status.code for each in said.rules} == {"notice", "cited", "assumed"}
    assert said.policy_version == policy.version
    assert said.known_on == date(2024, 6, 3)
    assert said.holder.name == "测***"


def test_a_refused_item_has_a_receipt_with_the_rules_that_were_missed(policy: Policy) -> None:
    late = concluded(policy, lathe(4), on=date(2026, 1, 1))
    said = content(policy, late, scope=lathe(4))
    assert (said.amount_fen, said.outcome.name) == (0, "不予发放")
    assert [each.rule.code for each in said.rules if each.result.code == "missed"] == [
        "NJT-SUB-1113",
        "NJT-SUB-1122",
    ]


def test_line_a_is_attested_by_the_name_of_its_own_money(policy: Policy) -> None:
    decision = concluded(policy, lathe(4), line=MoneyLine.INSURANCE, facts=insured())
    said = content(policy, decision, scope=lathe(4), line=MoneyLine.INSURANCE)
    assert (said.line.code, said.line.name) == ("A", "失业保险技能提升补贴")


def test_what_an_officer_left_out_is_attested_as_not_paid_whatever_the_rules_said(policy: Policy) -> None:
    said = content(policy, excluded_for="抽查发现材料不实")
    assert (said.amount_fen, said.outcome.code) == (0, "refused")
    assert said.excluded_for == "抽查发现材料不实"


def test_what_waits_for_facts_has_no_receipt(policy: Policy) -> None:
    with pytest.raises(NotConcluded) as caught:
        content(policy, concluded(policy, facts=NOTHING_KNOWN))
    assert caught.value.code == "NJT-SUB-1701"


@pytest.mark.parametrize("state", [ClaimState.DRAFT, ClaimState.DECIDING, ClaimState.WITHDRAWN])
def test_a_claim_that_is_not_handed_in_has_no_receipts(policy: Policy, state: ClaimState) -> None:
    with pytest.raises(NotConcluded):
        content(policy, state=state)


def test_the_same_item_has_the_same_receipt_whenever_it_is_asked_for(policy: Policy) -> None:
    assert signed(policy) == signed(policy)


def test_a_receipt_is_verified_offline_and_says_what_is_attested(policy: Policy) -> None:
    attested = verify(signed(policy), ring(signer()))
    assert attested.content == content(policy)
    assert verify(signed(policy) + b"\n", ring(signer())) == attested


def test_the_code_on_paper_is_verified_offline_and_proves_the_digest(policy: Policy) -> None:
    attested = verify(code(policy), ring(signer()))
    assert attested.content is None
    assert (attested.seal.digest, attested.seal.url) == (content(policy).digest, URL)


def test_a_flipped_bit_is_found_wherever_in_a_receipt_it_is(policy: Policy) -> None:
    written, keys = signed(policy), ring(signer())
    places = [*range(0, len(written), 7), *range(written.index(b'"digest"'), len(written), 3)]
    for place in places:
        changed = written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :]
        with pytest.raises(FalseReceipt):
            verify(changed, keys)


@settings(max_examples=300)
@given(place=st.integers(0, 1000), change=st.integers(1, 255))
def test_any_other_byte_anywhere_in_the_code_is_found(*, policy: Policy, place: int, change: int) -> None:
    written = code(policy)
    place %= len(written)
    changed = written[:place] + bytes([written[place] ^ change]) + written[place + 1 :]
    with pytest.raises(FalseReceipt):
        verify(changed, ring(signer()))


def test_every_cut_of_the_code_is_found(policy: Policy) -> None:
    written = code(policy)
    for length in range(len(written)):
        refused(written[:length])


def test_a_changed_amount_is_named_as_a_changed_content(policy: Policy) -> None:
    changed = signed(policy).replace(b'"amount_fen":260000', b'"amount_fen":960000')
    assert "内容被改动" in refused(changed)


def test_a_changed_address_is_named_as_a_seal_that_does_not_hold(policy: Policy) -> None:
    assert "签名不符" in refused(signed(policy).replace(b"example.invalid", b"example-invalid"))


def test_a_changed_digest_is_named(policy: Policy) -> None:
    digest = content(policy).digest.encode()
    assert "摘要与内容、签名均不符" in refused(signed(policy).replace(digest, digest[::-1]))


def test_the_same_content_written_otherwise_is_not_the_receipt(policy: Policy) -> None:
    assert "书写形式被改动" in refused(json.dumps(json.loads(signed(policy)), ensure_ascii=False).encode())


def test_what_is_added_is_named(policy: Policy) -> None:
    document = json.loads(signed(policy))
    document["content"]["remark"] = "x"
    assert "content.remark" in refused(json.dumps(document).encode())


@pytest.mark.parametrize("written", [b"", b"{}", b"{", b"[]", b"\xff\xfe", b"https://example.invalid#x"])
def test_what_is_no_receipt_is_refused_as_such(written: bytes) -> None:
    assert refused(written)


def test_a_receipt_signed_by_another_key_is_refused_by_the_name_of_that_key(policy: Policy) -> None:
    assert f"{signer().key_id} 不在公钥表内" in refused(signed(policy), 2)
    assert "不在公钥表内" in refused(code(policy), 2)


def test_another_keys_signature_under_our_name_is_refused(policy: Policy) -> None:
    forged = sign(content(policy), url=URL, signer=signer(2))
    ours = forged.model_copy(update={"key_id": signer().key_id})
    assert "签名不符" in refused(ours.canonical)
    assert "签名不符" in refused(ours.code.encode())


def test_after_a_rotation_old_and_new_receipts_are_verified_by_the_ring(policy: Policy) -> None:
    both = ring(signer(1), signer(2))
    old = sign(content(policy), url=URL, signer=signer(1))
    new = sign(content(policy), url=URL, signer=signer(2))
    assert old.digest == new.digest
    assert old.canonical != new.canonical
    for each in (old, new):
        assert verify(each.canonical, both).seal.key_id == each.key_id
        assert verify(each.code.encode(), both).seal.key_id == each.key_id


def test_a_seal_of_one_receipt_does_not_fit_another(policy: Policy) -> None:
    one = sign(content(policy), url=URL, signer=signer())
    other = sign(content(policy, scope=lathe(3)), url=URL, signer=signer())
    assert "内容被改动" in refused(one.model_copy(update={"content": other.content}).canonical)
