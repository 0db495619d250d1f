"""Certificates: kept as the province issued them, revoked when it says so, read with their holder masked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from services.subsidy.domain.certificate import Certificate, CertificateState, Details, Mark
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.serials import Series
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.domain.vetting import Issued, check_batch, issuer_of, marks_of
from services.subsidy.handlers.knowledge import facts_arrived
from services.subsidy.handlers.looks import watch_certificates
from services.subsidy.handlers.revocations import act_on_revocation
from services.subsidy.handlers.work import Work
from services.subsidy.holders import ShownHolder, masked, seal
from shared.contracts import province, queries
from shared.contracts.subsidy import CertificateRevoked
from shared.messaging.failures import Gap
from shared.values import StationCode, Uscc


class FilingNotHeardOf(Gap):
    """该机构的备案尚未到达 · The filing of this institution was not heard of yet."""

    code = "NJT-SUB-1014"


class _Coming(NamedTuple):
    """One certificate of a batch, as it was sent, as it is checked, who issued it, and what is noticed about it."""

    sent: province.IssuedCertificate
    issued: Issued
    issuer: ClaimingInstitution | None
    marks: tuple[Mark, ...]


async def keep_certificates(message: province.CertificatesIssued, work: Work) -> Sequence[Certificate]:
    """Keep a batch, all of it or nothing; raises FaultyCertificates, or FilingNotHeardOf.

    One that an institution's roster named before is confirmed by it; one the province had sent is a fault.
    """
    bodies = {uscc: await _body(uscc, work) for uscc in {each.uscc for each in message.certificates}}
    coming = _coming(message.certificates, bodies)
    found = await work.certificates.all_numbered([each.number for each in message.certificates])
    settled = (CertificateState.VERIFIED, CertificateState.REVOKED)
    known = {each.number for each in found if each.state in settled}
    check_batch([each.issued for each in coming], known=known, today=work.today)
    named = {each.number: each for each in found}
    kept = list(_kept(coming, named, work, batch=message.batch))
    await watch_certificates(kept, work)
    await facts_arrived({each.holder.index for each in kept if each.number in named}, work)
    return kept


async def revoke_certificate(message: queries.CertificateRevoked, work: Work) -> Certificate:
    """证书撤销: it is worth nothing any more, and what was paid for it is to come back. Raises UnknownCertificate."""
    certificate = await work.certificates.numbered(message.number)
    await _revoke(certificate, work, on=message.revoked_on, reason=message.reason)
    await facts_arrived({certificate.holder.index}, work)
    return certificate


async def read_certificate(number: AnyNumber, work: Work) -> tuple[Certificate, ShownHolder]:
    """One certificate, its holder masked; raises UnknownCertificate."""
    certificate = await work.certificates.numbered(number)
    return certificate, masked(work.cipher, certificate)


async def read_series(station: StationCode, year: int, work: Work) -> Sequence[Series]:
    """What is missing and what was handed in twice among a station's serials of a year, level by level."""
    return await work.certificates.series(station, year)


async def revoke_as_answered(
    certificate: Certificate, answer: queries.RegisteredCertificate, work: Work
) -> None:
    """A query found it revoked: the same as being told so."""
    await _revoke(certificate, work, on=answer.revoked_on or work.today, reason="")


async def _body(uscc: Uscc, work: Work) -> Sequence[ClaimingInstitution]:
    """The institutions of one body; raises FilingNotHeardOf, so that the message is tried again a little later."""
    found = await work.institutions.of_body(uscc)
    if not found:
        raise FilingNotHeardOf(uscc)
    return found


def _coming(
    sent: Iterable[province.IssuedCertificate], bodies: Mapping[Uscc, Sequence[ClaimingInstitution]]
) -> list[_Coming]:
    """Who issued those of one station, evaluated in one thing on one day, and what is noticed, is found out once."""
    lots: dict[object, tuple[ClaimingInstitution | None, tuple[Mark, ...]]] = {}
    coming = []
    for each in sent:
        lot = (each.uscc, each.number.station_code, each.occupation, each.evaluated_on)
        if lot not in lots:
            issuer = issuer_of(each.number, bodies[each.uscc])
            lots[lot] = issuer, marks_of(_issued(each, issuer), issuer)
        issuer, marks = lots[lot]
        coming.append(_Coming(each, _issued(each, issuer), issuer, marks))
    return coming


def _issued(sent: province.IssuedCertificate, issuer: ClaimingInstitution | None) -> Issued:
    return Issued(
        number=sent.number,
        holder_id=sent.holder_id.strip(),
        item=sent.occupation,
        issued_on=sent.issued_on,
        evaluated_on=sent.evaluated_on,
        placed=issuer is not None,
    )


def _kept(
    coming: Sequence[_Coming], named: dict[AnyNumber, Certificate], work: Work, *, batch: str
) -> Iterator[Certificate]:
    for each in coming:
        if each.issuer is None:
            continue
        certificate = named.get(each.issued.number)
        if certificate is None:
            certificate = _certificate(each, each.issuer, work, batch=batch)
            work.certificates.add(certificate)
        else:
            _confirm(certificate, each, work, batch=batch)
            certificate.place(each.issuer.id, each.issuer.uscc, organ=each.issuer.organ)
        yield certificate


def _confirm(certificate: Certificate, coming: _Coming, work: Work, *, batch: str) -> None:
    issued, sent = coming.issued, coming.sent
    details = Details(item=issued.item, issued_on=issued.issued_on, evaluated_on=issued.evaluated_on)
    holder = seal(work.cipher, certificate.id, name=sent.holder_name, holder_id=sent.holder_id)
    certificate.confirm(details, holder, batch=batch, marks=coming.marks)


def _certificate(coming: _Coming, issuer: ClaimingInstitution, work: Work, *, batch: str) -> Certificate:
    key, sent = work.new_id(), coming.sent
    return Certificate(
        id=key,
        number=sent.number,
        holder=seal(work.cipher, key, name=sent.holder_name, holder_id=sent.holder_id),
        institution_id=issuer.id,
        uscc=issuer.uscc,
        organ=issuer.organ,
        item=sent.occupation,
        issued_on=sent.issued_on,
        evaluated_on=sent.evaluated_on,
        batch=batch,
        marks=coming.marks,
    )


async def _revoke(certificate: Certificate, work: Work, *, on: date, reason: str) -> None:
    if not certificate.revoke(on=on):
        return
    await act_on_revocation(certificate.number, work, reason=reason)
    work.outbox.add(
        CertificateRevoked(
            certificate_id=certificate.id,
            institution_id=certificate.institution_id,
            organ=certificate.organ,
            basis=("N1.4",),
            uscc=certificate.uscc,
            number=str(certificate.number),
            revoked_on=on,
            reason=reason,
        )
    )
