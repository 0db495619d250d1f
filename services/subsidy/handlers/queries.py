"""证书查询: what institutions named is verified with the province, in batches."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.subsidy.domain.certificate import Certificate, CertificateState
from services.subsidy.handlers.certificates import revoke_as_answered
from services.subsidy.handlers.knowledge import facts_arrived
from services.subsidy.handlers.work import Work
from services.subsidy.holders import unsealed
from shared.contracts.queries import (
    CertificateQuery,
    CertificatesAnswered,
    RegisteredCertificate,
    RegisterState,
    sealed_for,
)

CERTIFICATES_A_QUERY = 200


async def certificate_queries_due(work: Work) -> Sequence[UUID]:
    """An id for each query to be sent now: there are so many certificates the province is to be asked about."""
    count = await work.certificates.count_to_ask(asked_before=_before(work))
    return [work.new_id() for _ in range(-(-count // CERTIFICATES_A_QUERY))]


async def ask_certificates(query_id: UUID, work: Work) -> None:
    """Ask the province about the next batch; what it does not answer is asked again another day."""
    batch = await work.certificates.to_ask(asked_before=_before(work), most=CERTIFICATES_A_QUERY)
    if not batch:
        return
    for certificate in batch:
        certificate.asked(work.at)
    numbers = tuple(each.number for each in batch)
    work.queries.ask_certificates(
        CertificateQuery(query_id=query_id, key=_key(query_id, work), numbers=numbers)
    )


async def take_certificate_answers(message: CertificatesAnswered, work: Work) -> Sequence[Certificate]:
    """Verified, unknown, different in named fields, or revoked; what is no longer on record is passed over."""
    answers = {each.number: each for each in message.certificates}
    found = await work.certificates.all_numbered(list(answers))
    key = _key(message.query_id, work)
    for certificate in found:
        await _settle(certificate, answers[certificate.number], work, key=key)
    await facts_arrived({certificate.holder.index for certificate in found}, work)
    return found


async def _settle(certificate: Certificate, answer: RegisteredCertificate, work: Work, *, key: str) -> None:
    if answer.state is RegisterState.REVOKED:
        await revoke_as_answered(certificate, answer, work)
    elif answer.state is RegisterState.UNKNOWN:
        certificate.answered(CertificateState.UNKNOWN)
    else:
        differs = tuple(_differing(certificate, answer, work, key=key))
        certificate.answered(CertificateState.DIFFERS if differs else CertificateState.VERIFIED, differs)


def _differing(
    certificate: Certificate, answer: RegisteredCertificate, work: Work, *, key: str
) -> Iterator[str]:
    """The fields that the province has otherwise. Holders are compared sealed; what is left out was not compared."""
    holder = unsealed(work.cipher, certificate.id, certificate.holder)
    pairs = {
        "holder_name": (sealed_for(key, holder.name), answer.holder_name),
        "holder_id": (sealed_for(key, holder.id), answer.holder_id),
        "occupation": (certificate.item, answer.occupation),
        "issued_on": (certificate.issued_on, answer.issued_on),
        "uscc": (certificate.uscc if certificate.evaluated_here else answer.uscc, answer.uscc),
    }
    return (field for field, (ours, theirs) in pairs.items() if theirs is not None and ours != theirs)


def _key(query_id: UUID, work: Work) -> str:
    """The key of one query: made again when its answer comes, so that it need not be kept."""
    return work.cipher.blind_index(f"certificate-query/{query_id}").hex()


def _before(work: Work) -> datetime:
    return work.at - timedelta(days=work.policy.number("certificate.ask_again_days", work.today))
