"""An item that was decided, and the receipt of it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.subsidy.domain.certificate import Certificate, SealedHolder
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.decision import Decision
from services.subsidy.domain.item import Item
from services.subsidy.domain.receipt import Content, Holder, Named, attest
from shared.contracts.scope import ScopeItem
from shared.policy import MoneyLine, Policy
from shared.province.keys.signing import Ed25519Signer, KeyRing
from shared.values import Uscc
from tests.subsidy.builders import USCC
from tests.subsidy.deciding import ISSUED, certificate, decided, robot

AT = datetime(2024, 6, 3, 8, 30, tzinfo=UTC)
URL = "https://subsidy.example.invalid/v1/public/receipts/00000000-0000-0000-0000-00000000004e"


def signer(number: int = 1) -> Ed25519Signer:
    return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


def ring(*signers: Ed25519Signer) -> KeyRing:
    return KeyRing({key: raw for each in signers for key, raw in each.public().items()})


def concluded(policy: Policy, scope: ScopeItem | None = None, **asked: Any) -> Decision:
    return decided(policy, certificate(scope or robot(3)), **asked)


def content(policy: Policy, decision: Decision | None = None, **changes: Any) -> Content:
    """What is attested of an item; `changes` are the item's, `state` the claim's."""
    scope, state = changes.pop("scope", robot(3)), changes.pop("state", ClaimState.SUBMITTED)
    line = changes.get("line", MoneyLine.TRAINING)
    item = _item(scope, line)
    item.decide(decision or concluded(policy, scope), at=AT)
    for name, value in changes.items():
        setattr(item, name, value)
    return attest(
        _claim(line, state),
        item,
        _certificate(scope),
        policy,
        claimant=Named(code=str(USCC), name="测试一厂"),
        holder=Holder(name="测***", id="320*************1X"),
    )


def _item(scope: ScopeItem, line: MoneyLine) -> Item:
    return Item(
        id=UUID(int=78),
        claim_id=UUID(int=77),
        organ="320115",
        uscc=str(USCC),
        line=line,
        place=0,
        turn=0,
        certificate_id=UUID(int=79),
        certificate_number=certificate(scope).number,
        holder_index=b"a",
        family="2015:6-31-01-10",
        level=scope.level,
    )


def _claim(line: MoneyLine, state: ClaimState) -> Claim:
    return Claim(
        id=UUID(int=77),
        organ="320115",
        institution_id=UUID(int=1),
        uscc=Uscc(USCC),
        line=line,
        created_at=AT,
        submitted_at=AT,
        state=state,
    )


def _certificate(scope: ScopeItem) -> Certificate:
    return Certificate(
        id=UUID(int=79),
        number=certificate(scope).number,
        holder=SealedHolder(name=b"", id=b"", index=b"a"),
        institution_id=UUID(int=1),
        uscc=Uscc(USCC),
        organ="320115",
        item=scope,
        issued_on=ISSUED,
        evaluated_on=ISSUED,
        batch="2024-03-1",
    )
