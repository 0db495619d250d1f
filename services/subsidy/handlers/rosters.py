"""证书名册: certificates that an institution names, taken in row by row and unverified until the province knows them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from services.subsidy.domain.certificate import Certificate, CertificateState, Origin
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.domain.upload import (
    Finding,
    Returned,
    SameUpload,
    Sheet,
    UnknownUpload,
    Upload,
    UploadKind,
)
from services.subsidy.domain.vetting import Fault, Issued, faults_of, issuer_of, marks_of
from services.subsidy.handlers.looks import watch_certificates, watch_series
from services.subsidy.handlers.work import Work
from services.subsidy.holders import index_of, seal
from services.subsidy.returned import seal_rows, unseal_rows
from shared.contracts.scope import ScopeItem
from shared.errors import Invalid
from shared.identity import NotYours
from shared.values import (
    CertificateNumber,
    Edition,
    Level,
    OccupationCode,
    parse_certificate_number,
)


class EvaluationDayMissing(Invalid):
    """等级证书须填评价日期 · A skill-level certificate needs its day of evaluation."""

    code = "NJT-SUB-1405"


@dataclass(frozen=True, kw_only=True)
class TakeRoster:
    """A sheet that names certificates of an institution's people; `holder` is the USCC of whoever hands it in."""

    institution_id: UUID
    holder: str | None
    by: str
    sheet: Sheet


@dataclass(frozen=True, kw_only=True)
class _Named:
    """One row that could be read."""

    row: int
    issued: Issued
    name: str


async def take_roster(command: TakeRoster, work: Work) -> tuple[Upload, list[Returned]]:
    """Take the good rows in and give the others back; raises UnknownInstitution, NotYours or SameUpload.

    Opened for the whole city: a number may be on record for somebody else, which is noted there and told as known.
    """
    institution = await work.institutions.get(command.institution_id)
    if command.holder != institution.uscc:
        raise NotYours("只能报送本单位的名册 · You may hand in your own roster only")
    sheet = command.sheet
    await check_first(UploadKind.ROSTER, institution.uscc, sheet, work)
    body = await work.institutions.of_body(institution.uscc)
    named, wrong = _read(sheet)
    good, refused = await _vetted(named, sheet, work)
    certificates = [_certificate(each, institution, body, work) for each in good]
    for certificate in certificates:
        work.certificates.add(certificate)
    await watch_certificates(certificates, work)
    upload = Upload(
        id=work.new_id(),
        organ=institution.organ,
        uscc=institution.uscc,
        kind=UploadKind.ROSTER,
        sha256=sheet.sha256,
        source=sheet.source,
        rows=len(sheet.values) + len(sheet.wrong),
        taken=len(good),
        marked=sum(1 for each in certificates if each.marks),
        returned=b"",
        by=command.by,
        at=work.at,
    )
    back = sorted((*sheet.wrong, *wrong, *refused), key=lambda each: each.row)
    upload.returned = seal_rows(work.cipher, upload.id, back)
    work.uploads.add(upload)
    return upload, back


async def read_upload(upload_id: UUID, kind: UploadKind, work: Work) -> tuple[Upload, list[Returned]]:
    """An upload and the rows given back; raises UnknownUpload."""
    upload = await work.uploads.get(upload_id)
    if upload.kind is not kind:
        raise UnknownUpload(str(upload_id))
    return upload, unseal_rows(work.cipher, upload.id, upload.returned)


async def check_first(kind: UploadKind, owner: str, sheet: Sheet, work: Work) -> None:
    """Raises SameUpload naming the first upload of the same file."""
    first = await work.uploads.first_of(kind, owner, sheet.sha256)
    if first is not None:
        raise SameUpload(f"首次上传 · first uploaded as {first}", extra={"upload_id": str(first)})


def _read(sheet: Sheet) -> tuple[list[_Named], list[Returned]]:
    named, wrong = [], []
    for row, values in sheet.values.items():
        try:
            named.append(_named(row, values))
        except Invalid as refusal:
            finding = Finding(column=_column_of(refusal), code=refusal.code, message=refusal.detail)
            wrong.append(sheet.given_back(row, finding))
    return named, wrong


def _named(row: int, values: Mapping[str, object]) -> _Named:
    """Raises what is wrong with the number, the occupation or the days, naming the character where there is one."""
    number = parse_certificate_number(str(values["number"]))
    issued_on = cast("date", values["issued_on"])
    evaluated_on = cast("date | None", values["evaluated_on"])
    if evaluated_on is None and isinstance(number, CertificateNumber):
        raise EvaluationDayMissing
    issued = Issued(
        number=number,
        holder_id=str(values["holder_id"]),
        item=ScopeItem(
            edition=Edition(str(values["edition"])),
            occupation=OccupationCode(str(values["occupation"])),
            work_type=str(values["work_type"] or ""),
            level=Level(int(str(values["level"]))),
        ),
        issued_on=issued_on,
        evaluated_on=evaluated_on or issued_on,
        placed=True,
    )
    return _Named(row=row, issued=issued, name=str(values["holder_name"]))


async def _vetted(named: Sequence[_Named], sheet: Sheet, work: Work) -> tuple[list[_Named], list[Returned]]:
    """The rows to be taken, and those that contradict themselves, each other or what is on record."""
    found = await work.certificates.all_numbered([each.issued.number for each in named])
    known = {each.number: each for each in found}
    counted = Counter(each.issued.number for each in named)
    good, refused = [], []
    for each in named:
        fault = next(faults_of(each.issued, today=work.today), None)
        fault = fault or _repeated(each, counted, known, work)
        if fault is None:
            good.append(each)
        else:
            finding = Finding(column=_COLUMNS.get(fault, "number"), code=fault.code, message=fault.label)
            refused.append(sheet.given_back(each.row, finding))
    await watch_series([each for each in found if each.clashes], work)
    return good, refused


def _repeated(
    named: _Named, counted: Mapping[AnyNumber, int], known: Mapping[AnyNumber, Certificate], work: Work
) -> Fault | None:
    """Whether the number stands twice in the sheet, or on record: for another person, that is noted there."""
    before = known.get(named.issued.number)
    if before is not None:
        if index_of(work.cipher, named.issued.holder_id) != before.holder.index:
            before.claimed_by_another()
        return Fault.KNOWN
    return Fault.REPEATED if counted[named.issued.number] > 1 else None


_COLUMNS = {
    Fault.HOLDER: "holder_id",
    Fault.ORDER: "evaluated_on",
    Fault.FUTURE: "issued_on",
}
_OCCUPATION, _DAY = "NJT-VAL-1007", EvaluationDayMissing.code


def _column_of(refusal: Invalid) -> str:
    return {_OCCUPATION: "occupation", _DAY: "evaluated_on"}.get(refusal.code, "number")


def _certificate(
    named: _Named, institution: ClaimingInstitution, body: Sequence[ClaimingInstitution], work: Work
) -> Certificate:
    """Kept with whichever of the body's institutions issued it, else with the one that named it."""
    key, issued = work.new_id(), named.issued
    issuer = issuer_of(issued.number, body)
    keeper = issuer or institution
    return Certificate(
        id=key,
        number=issued.number,
        holder=seal(work.cipher, key, name=named.name, holder_id=issued.holder_id),
        institution_id=keeper.id,
        uscc=keeper.uscc,
        organ=keeper.organ,
        item=issued.item,
        issued_on=issued.issued_on,
        evaluated_on=issued.evaluated_on,
        batch="",
        origin=Origin.ROSTER,
        state=CertificateState.UNVERIFIED,
        marks=marks_of(issued, issuer),
    )
