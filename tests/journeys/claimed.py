"""One of everything of subsidy that belongs to an institution of the district, for whoever tries to cross."""

from datetime import date
from uuid import UUID, uuid4

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.evidence import Document, Evidence
from services.subsidy.domain.fact import FactKind
from services.subsidy.domain.item import Item, Tally
from services.subsidy.domain.objection import Objection, Statement
from services.subsidy.domain.payee import BankAccount, Payee
from services.subsidy.domain.payment import Batch, BatchState, Order
from services.subsidy.domain.release import ReleaseKind
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
_BACK = (
    Returned(row=2, findings=(Finding(column="number", code="NJT-VAL-1001", message="有误"),), cells=("x",)),
)


async def claims_of(uscc: Uscc, interfaces: Interfaces) -> dict[tuple[str, str], str]:
    """A decided claim on its way to the bank and all that goes with it; its id for each path parameter."""
    runtime = interfaces.suite.runtimes["subsidy"]
    cipher = FieldCipher.from_file(interfaces.plan.home.privacy_keys)
    await interfaces.suite.apps["subsidy"].state.objects.put(key_of(PAPER), PAPER)
    institution = builders.institution(id=uuid4(), uscc=uscc, organ=DISTRICT)
    certificate = _certificate(cipher, institution.id, uscc)
    claim = builders.claim(
        id=uuid4(),
        uscc=uscc,
        organ=DISTRICT,
        institution_id=institution.id,
        state=ClaimState.SUBMITTED,
        faulty=1,
        tally=Tally(certificates=1, payable=1, total=Fen(100_000)),
    )
    item = _item(claim, certificate, runtime.policy)
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
        }


def _certificate(cipher: FieldCipher, institution_id: UUID, uscc: Uscc) -> Certificate:
    key = uuid4()
    return Certificate(
        id=key,
        number=builders.number(4, serial=int(key) % 999_999 + 1),
        holder=seal(cipher, key, name="测试员甲", holder_id=CITIZEN_ID),
        institution_id=institution_id,
        uscc=uscc,
        organ=DISTRICT,
        item=an_item(),
        issued_on=_ISSUED,
        evaluated_on=date(2024, 2, 19),
        batch="测试批次",
    )


def _item(claim: Claim, certificate: Certificate, policy: Policy) -> Item:
    item = Item(
        id=uuid4(),
        claim_id=claim.id,
        organ=claim.organ,
        uscc=str(claim.uscc),
        line=claim.line,
        place=0,
        turn=0,
        certificate_id=certificate.id,
        certificate_number=certificate.number,
        holder_index=certificate.holder.index,
        family="2015:6-18-01-01",
        level=certificate.item.level,
        sampled=True,
    )
    item.decide(deciding.decided(policy, deciding.certificate(deciding.lathe(4), certificate.number)), at=AT)
    return item


def _objection(item: Item, work: Work) -> UUID:
    objection = Objection(
        id=uuid4(),
        claim_id=item.claim_id,
        item_id=item.id,
        organ=item.organ,
        statement=Statement(text="测试异议"),
        reference=uuid4().hex[:16],
        raised_at=AT,
        due_at=AT,
    )
    work.objections.add(objection)
    return objection.id


def _payment(claim: Claim, cipher: FieldCipher, work: Work) -> UUID:
    """Where it is paid, and a batch that was released with its order."""
    account = BankAccount(name="测试一厂", bank="测试银行", number="32001888123456789012")
    payee = Payee(
        id=claim.institution_id,
        organ=claim.organ,
        uscc=str(claim.uscc),
        account=seal_account(cipher, claim.institution_id, account),
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


def _release(work: Work) -> UUID:
    """Of the city, and not made known yet."""
    release = releasing.release(ReleaseKind.RATES, id=uuid4())
    work.releases.add(release)
    return release.id
