"""What supervision keeps of certificates that the province revoked."""

from services.supervision.handlers import Work
from shared.contracts.subsidy import CertificateRevoked


async def note_certificate_revoked(event: CertificateRevoked, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.note_revoked()
