"""What supervision keeps of certificates that the province revoked, and of subsidies that came back."""

from services.supervision.handlers import Work
from shared.contracts.subsidy import CertificateRevoked, HowRecovered, SubsidyRecovered


async def note_certificate_revoked(event: CertificateRevoked, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.note_revoked()


async def note_subsidy_recovered(event: SubsidyRecovered, work: Work) -> None:
    """What was written off did not come back."""
    institution = await work.institutions.get(event.institution_id)
    if event.how is not HowRecovered.WRITTEN_OFF:
        institution.note_recovered(event.amount_fen)
