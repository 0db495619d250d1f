"""What an account and a client are and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts import domain
from services.accounts.domain import AccountState, BadCredentials, BadReach, ScopeNotGranted, secret_digest
from shared.errors import Refusal
from tests.builders import DISTRICT, SECRET, a_client, a_uscc, an_account

PERMISSIONS = frozenset({"filing:assess", "register:read", "accounts:read"})
REFUSALS = [
    it
    for it in vars(domain).values()
    if isinstance(it, type) and it.__module__ == domain.__name__ and issubclass(it, Refusal)
]


def test_an_open_account_is_suspended_once_and_keeps_the_first_reason() -> None:
    account = an_account()
    assert account.suspend(reason="逾期未整改")
    assert not account.suspend(reason="再次")
    assert (account.state, account.reason) == (AccountState.SUSPENDED, "逾期未整改")


def test_a_suspended_account_is_resumed_once() -> None:
    account = an_account(state=AccountState.SUSPENDED, reason="逾期未整改")
    assert account.resume()
    assert not account.resume()
    assert (account.state, account.reason) == (AccountState.OPEN, "")


@pytest.mark.parametrize("reach", [{"organ": None, "holder": None}, {"organ": DISTRICT, "holder": a_uscc()}])
def test_a_client_belongs_to_one_organ_or_one_institution(reach: dict[str, str | None]) -> None:
    with pytest.raises(BadReach):
        a_client(**reach)
    assert a_client(organ=None, holder=a_uscc()).organ is None


def test_a_client_is_known_by_its_secret_which_is_not_kept() -> None:
    client = a_client()
    client.authenticate(SECRET)
    assert SECRET.encode() not in client.secret_digest
    assert len(client.secret_digest) == 32


@given(st.text())
def test_no_other_secret_will_do(secret: str) -> None:
    client = a_client(secret_digest=secret_digest(SECRET))
    if secret != SECRET:
        with pytest.raises(BadCredentials):
            client.authenticate(secret)


@given(st.frozensets(st.sampled_from([*sorted(PERMISSIONS), "subsidy:pay", "suite:operate", "", "*"])))
def test_a_token_never_grants_more_than_the_client_was_granted(asked: frozenset[str]) -> None:
    client = a_client(permissions=PERMISSIONS)
    if asked <= PERMISSIONS:
        assert client.grant(asked) == (asked or PERMISSIONS)
    else:
        with pytest.raises(ScopeNotGranted):
            client.grant(asked)


def test_every_refusal_has_a_code_of_its_own_and_reads_in_chinese_and_english() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes) >= 7
    for refusal in REFUSALS:
        chinese, _, english = refusal().title.partition(" · ")
        assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
        assert english.isascii()
        assert english
        assert refusal.code.startswith("NJT-ACC-")
