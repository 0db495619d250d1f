"""What nobody has on record, and what is on record already."""

from uuid import uuid4

import pytest

from services.subsidy.domain.payee import UnknownPayee
from services.subsidy.domain.payment import UnknownBatch, UnknownOrder
from services.subsidy.domain.recovery_faults import UnknownRecovery
from services.subsidy.domain.refusals import CertificateKnown, UnknownClaim
from shared.errors import NotFound
from tests.subsidy.builders import lathe
from tests.subsidy.claiming import Claimant


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("claims", UnknownClaim),
        ("payees", UnknownPayee),
        ("batches", UnknownBatch),
        ("orders", UnknownOrder),
        ("recoveries", UnknownRecovery),
    ],
)
async def test_what_is_not_there_is_said_not_to_be(
    employer: Claimant, kind: str, refusal: type[NotFound]
) -> None:
    async with employer.works() as work:
        with pytest.raises(refusal):
            await getattr(work, kind).get(uuid4())


async def test_a_number_that_came_from_two_at_once_is_kept_once(employer: Claimant) -> None:
    (number,) = await employer.certified(lathe(4))
    async with employer.works() as work:
        certificate = await work.certificates.numbered(number)
    certificate.id = uuid4()
    with pytest.raises(CertificateKnown):
        async with employer.works() as work:
            work.certificates.add(certificate)
