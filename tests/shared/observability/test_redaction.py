"""Personal data and secrets go; the identifiers of institutions, certificates and traces stay."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.observability import redact
from tests.shared.observability.identifiers import (
    bank_cards,
    certificate_numbers,
    citizen_ids,
    phones,
    usccs,
)

# Digits, letters and signs right beside a number are what would hide it.
crowds = st.one_of(st.text(max_size=30), st.text("0123456789abcfxX-_:=/ \"'\\n身份证号，", max_size=30))

# The one place a citizen id could hide: a letter and three digits that make it look like a certificate.
CERTIFICATE_SHAPE = re.compile(r"[SY][0-9]{14}[1-5A-HJ-NP-Z][0-9]{6}")

TOKEN = "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiI0MiIsInNjb3BlIjoiZmlsaW5nIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"


@settings(max_examples=300)
@given(citizen_ids, crowds, crowds)
def test_a_citizen_id_is_gone_whatever_stands_around_it(number: str, before: str, after: str) -> None:
    text = before + number + after
    assume(not CERTIFICATE_SHAPE.search(text))
    assert number not in redact(text)


@given(citizen_ids, citizen_ids, crowds)
def test_every_citizen_id_of_a_text_is_gone(first: str, second: str, between: str) -> None:
    masked = redact(f"{first}{between}{second}{first.lower()}")
    assert first not in masked
    assert second not in masked


@pytest.mark.parametrize(
    "text",
    [
        "申请人身份证号320106199001011235有误",
        "320106199001011235",
        "身份证３２０１０６１９９００１０１１２３５",
    ],
)
def test_a_mistyped_citizen_id_or_a_full_width_one_is_gone_too(text: str) -> None:
    assert "199001011" not in redact(text).translate(str.maketrans("０１２３４５６７８９", "0123456789"))


@settings(max_examples=300)
@given(usccs, st.text(max_size=20), st.text(max_size=20))
def test_a_credit_code_survives(code: str, before: str, after: str) -> None:
    assert code in redact(f"{before}，{code} {after}")


@settings(max_examples=300)
@given(certificate_numbers, st.text(max_size=20), st.text(max_size=20))
def test_a_certificate_number_survives(number: str, before: str, after: str) -> None:
    assert number in redact(f"{before}证书{number}。{after}")


@settings(max_examples=300)
@given(st.uuids())
def test_uuids_and_trace_ids_survive(value: object) -> None:
    text = f"{value} 00-{str(value).replace('-', '')}-00f067aa0ba902b7-01"
    assert redact(text) == text


def test_digests_and_ordinary_numbers_survive() -> None:
    digest = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    numbers = "320106 4-07-03-02 ¥1950 1760000000000 0510003003300012"
    text = f"{digest} {numbers} 2026-11-02T10:00:00+08:00 http://127.0.0.1:8080/v1/filings?page=2"
    assert redact(text) == text


@given(bank_cards)
def test_a_bank_card_is_gone(number: str) -> None:
    grouped = " ".join(number[place : place + 4] for place in range(0, len(number), 4))
    assert number not in redact(f"开户账号{number}，请核对")
    assert redact(f"卡号 {grouped}。") == "卡号 [bank-card]。"


@given(phones)
def test_a_mobile_phone_is_gone_however_it_is_written(number: str) -> None:
    for written in (number, f"+86{number}", f"0086 {number}", f"{number[:3]}-{number[3:7]}-{number[7:]}"):
        assert redact(f"电话{written}联系") == "电话[phone]联系"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("amqp://njt:s3cret@broker:5672/", "amqp://njt:***@broker:5672/"),
        ("postgresql+asyncpg://filing:p@ss/word@db/njt", "postgresql+asyncpg://filing:***@db/njt"),
        ("redis://:s3cret@cache", "redis://:***@cache"),
        (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer [token]"),
        ("authorization: bearer 0pAqUe.token-value", "authorization: bearer [token]"),
        ("Authorization: Basic bmp0OnMzY3JldA==", "Authorization: Basic [token]"),
        (f"令牌={TOKEN}。", "令牌=[token]。"),
        ("host=db user=njt password=s3cret dbname=njt", "host=db user=njt password=*** dbname=njt"),
        ("grant_type=x&client_secret=s3cret&scope=a", "grant_type=x&client_secret=***&scope=a"),
        ('{"access_token": "s3cret", "n": 1}', '{"access_token": "***", "n": 1}'),
    ],
)
def test_passwords_and_tokens_are_gone(text: str, masked: str) -> None:
    assert redact(text) == masked


@settings(max_examples=200)
@given(st.lists(st.one_of(citizen_ids, usccs, bank_cards, phones, crowds, st.just(TOKEN)), max_size=6))
def test_masking_twice_changes_nothing_more(parts: list[str]) -> None:
    once = redact("".join(parts))
    assert redact(once) == once
