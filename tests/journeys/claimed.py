"""One of everything of subsidy that is still to be paid in the district, for whoever tries to cross."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.deadline import Deadline
from services.subsidy.domain.evaluation import Sitting
from services.subsidy.domain.evidence import Document, Evidence
from services.subsidy.domain.fact import FactKind
from services.subsidy.domain.impact_run import ImpactRun, RunState
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.item import Item, Tally
from services.subsidy.domain.objection import Objection, Statement
from services.subsidy.domain.payee import BankAccount, Payee
from services.subsidy.domain.payment import Batch, BatchState, Order
from services.subsidy.domain.person import Channel, Person
from services.subsidy.domain.release import ReleaseKind
from services.subsidy.domain.signal import Found, SignalEvidence, SignalKind, raised, whose
from services.subsidy.domain.upload import Finding, Returned, Upload, UploadKind
from services.subsidy.handlers import Work
from services.subsidy.holders import seal
from services.subsidy.payees import seal_account
from services.subsidy.returned import seal_rows
from shared.identity import Scope
from shared.objects import key_of
from shared.policy import MoneyLine, Policy
from shared.privacy import FieldCipher
from shared.values import Fen, Uscc
from tests.builders import AT, CITIZEN_ID, DISTRICT, an_item
from tests.filing.casework import PAPER
from tests.interfaces import Interfaces
from tests.subsidy import builders, deciding, releasing

_EVERYTHING = Scope(actor="test", act="test", everything=True)
_ISSUED = date(2024, 3, 4)
NAME = "测试员甲"
_BACK = (
    Returned(row=2, findings=(Finding(column="number", code="NJT-VAL-1001", message="有误"),), cells=("x",)),
)


async def claims_of(uscc: Uscc, interfaces: Interfaces) -> dict[tuple[str, str], str]:
    """A decided claim on its way to the bank and all that goes with it; its id for each path parameter."""
    runtime = interfaces.suite.runtimes["subsidy"]
    cipher = FieldCipher.from_file(interfaces.plan.home.privacy_keys)
    await interfaces.suite.apps["subsidy"].state.objects.put(key_of(PAPER), PAPER)
    institution = builders.institution(id=uuid4(), uscc=uscc, organ=DISTRICT)
    certificate = certificate_of(institution, cipher)
    claim = builders.claim(
        id=uuid4(),
        uscc=uscc,
        organ=DISTRICT,
        institution_id=institution.id,
        state=ClaimState.SUBMITTED,
        faulty=1,
        tally=Tally(certificates=1, payable=1, total=Fen(100_000)),
    )
    item = item_of(claim, certificate, runtime.policy)
    async with runtime.works(_EVERYTHING) as work:
        work.institutions.add(institution)
        work.certificates.add(certificate)
        work.claims.add(claim)
        await work.items.keep([item])
        await work.faults.keep(claim.id, (DISTRICT, str(uscc)), _BACK)
        return {
            ("subsidy", "institution_id"): str(institution.id),
            ("subsidy", "number"): str(certificate.number),
            ("subsidy", "claim_id"): str(claim.id),
            ("subsidy", "item_id"): str(item.id),
            ("subsidy", "objection_id"): str(_objection(item, work)),
            ("subsidy", "batch_id"): str(_payment(claim, cipher, work)),
            ("subsidy", "evidence_id"): str(_evidence(certificate, work)),
            ("subsidy", "roster_id"): str(_upload(UploadKind.ROSTER, uscc, cipher, work)),
            ("subsidy", "file_id"): str(_upload(UploadKind.FACTS, None, cipher, work)),
            ("subsidy", "release_id"): str(_release(work)),
            ("subsidy", "signal_id"): str(_signal(certificate, work)),
            **await _in_person(certificate, cipher, work),
        }


def certificate_of(institution: ClaimingInstitution, cipher: FieldCipher, **changes: Any) -> Certificate:
    """A certificate that an institution evaluated the same person for as all the others."""
    key = uuid4()
    given: dict[str, Any] = {
        "number": builders.number(4, serial=int(key) % 999_999 + 1),
        "item": an_item(),
        "issued_on": _ISSUED,
        "evaluated_on": date(2024, 2, 19),
    }
    return Certificate(
        id=key,
        holder=seal(cipher, key, name=NAME, holder_id=CITIZEN_ID),
        institution_id=institution.id,
        uscc=institution.uscc,
        organ=institution.organ,
        batch="测试批次",
        **given | changes,
    )


def item_of(claim: Claim, certificate: Certificate, policy: Policy, *, place: int = 0) -> Item:
    """One certificate of a claim, decided and payable."""
    item = Item(
        id=uuid4(),
        claim_id=claim.id,
        organ=claim.organ,
        uscc=str(claim.uscc) if claim.uscc else None,
        line=claim.line,
        place=place,
        turn=place,
        certificate_id=certificate.id,
        certificate_number=certificate.number,
        holder_index=certificate.holder.index,
        family=f"{certificate.item.edition}:{certificate.item.occupation}",
        level=certificate.item.level,
        sampled=True,
    )
    asked = deciding.certificate(certificate.item, certificate.number, issued_on=certificate.issued_on)
    item.decide(deciding.decided(policy, asked), at=AT)
    return item


async def _in_person(certificate: Certificate, cipher: FieldCipher, work: Work) -> dict[tuple[str, str], str]:
    """What the holder of a certificate claims for itself, with its card."""
    key, reference = uuid4(), uuid4().hex[:16]
    claim = Claim(
        id=key,
        organ=certificate.organ,
        institution_id=None,
        uscc=None,
        person=Person(
            holder=seal(cipher, key, name=NAME, holder_id=CITIZEN_ID),
            channel=Channel.COUNTER,
            number=f"{certificate.organ}-A-20240304-{key.hex[:8].upper()}",
            reference=reference,
            taken_by="tester",
        ),
        line=MoneyLine.INSURANCE,
        created_at=AT,
        submitted_at=AT,
        state=ClaimState.SUBMITTED,
        tally=Tally(certificates=1, payable=1, total=Fen(100_000)),
    )
    account = BankAccount(name=NAME, bank="测试银行", number="6217000000000000002")
    payee = Payee(
        id=claim.payee_id,
        organ=claim.organ,
        uscc=None,
        account=seal_account(cipher, claim.payee_id, account),
        set_by="tester",
        set_at=AT,
    )
    work.claims.add(claim)
    work.payees.add(payee)
    await work.items.keep([item_of(claim, certificate, work.policy)])
    return {("subsidy", "personal_claim_id"): str(key), ("subsidy", "reference"): reference}


def _objection(item: Item, work: Work) -> UUID:
    objection = Objection(
        id=uuid4(),
        claim_id=item.claim_id,
        item_id=item.id,
        organ=item.organ,
        statement=Statement(text="测试异议"),
        reference=uuid4().hex[:16],
        raised_at=AT,
        due=Deadline(due_at=AT),
    )
    work.objections.add(objection)
    return objection.id


def _payment(claim: Claim, cipher: FieldCipher, work: Work) -> UUID:
    """Where it is paid, and a batch that was released with its order."""
    account = BankAccount(name="测试一厂", bank="测试银行", number="32001888123456789012")
    payee = Payee(
        id=claim.payee_id,
        organ=claim.organ,
        uscc=str(claim.uscc),
        account=seal_account(cipher, claim.payee_id, account),
        set_by="tester",
        set_at=AT,
    )
    key, order_id = uuid4(), uuid4()
    batch = Batch(
        id=key,
        number=f"test-{key}",
        organ=claim.organ,
        line=MoneyLine.TRAINING,
        pay_on=date(2024, 7, 15),
        orders=1,
        total=claim.total,
        offset=Fen(0),
        created_by="tester",
        created_at=AT,
        state=BatchState.RELEASED,
    )
    order = Order(
        id=order_id,
        batch_id=key,
        organ=claim.organ,
        uscc=str(claim.uscc),
        line=claim.line,
        claim_id=claim.id,
        amount=claim.total,
        certificates=1,
        account=seal_account(cipher, order_id, account),
    )
    work.payees.add(payee)
    work.batches.add(batch)
    work.orders.add(order)
    return key


def _evidence(certificate: Certificate, work: Work) -> UUID:
    evidence = Evidence(
        id=uuid4(),
        organ=certificate.organ,
        uscc=certificate.uscc,
        certificate_number=certificate.number,
        holder_index=certificate.holder.index,
        kind=FactKind.INSURED_MONTHS,
        value=36,
        about=date(2024, 3, 1),
        document=Document(
            sha256=key_of(PAPER), media_type="application/pdf", extension="pdf", size=len(PAPER)
        ),
        by="tester",
        at=AT,
    )
    work.evidence.add(evidence)
    return evidence.id


def _upload(kind: UploadKind, uscc: Uscc | None, cipher: FieldCipher, work: Work) -> UUID:
    """A sheet with a row that was given back."""
    key = uuid4()
    upload = Upload(
        id=key,
        organ=DISTRICT,
        uscc=uscc,
        kind=kind,
        sha256=key.hex * 2,
        source="CSV",
        rows=1,
        taken=0,
        marked=0,
        returned=seal_rows(cipher, key, _BACK),
        by="tester",
        at=AT,
    )
    work.uploads.add(upload)
    return key


def _signal(certificate: Certificate, work: Work) -> UUID:
    found = Found(
        kind=SignalKind.PASS_RATE,
        subject=str(Sitting.of(certificate)),
        whose=whose(certificate),
        evidence=SignalEvidence(count=40, of=40),
        weight=5,
    )
    signal = raised(found, key=uuid4(), at=AT)
    work.signals.add(signal)
    return signal.id


def _release(work: Work) -> UUID:
    """Of the city, and not made known yet; somebody has its impact worked out."""
    release = releasing.release(ReleaseKind.RATES, id=uuid4())
    run = ImpactRun(
        id=release.id,
        asked_by="tester",
        asked_at=AT,
        since=_ISSUED,
        known_from=date(2024, 3, 5),
        policy=work.policy.digest,
        state=RunState.READY,
        finished_at=AT,
    )
    work.releases.add(release)
    work.impact_runs.add(run)
    return release.id
