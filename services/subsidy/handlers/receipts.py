"""核算凭证: what the receipt of an item says."""

from uuid import UUID

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.item import Item, UnknownItem
from services.subsidy.domain.receipt import Content, Holder, Named, attest
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.work import Work
from services.subsidy.holders import masked


async def item_of(claim_id: UUID, number: AnyNumber, work: Work) -> UUID:
    """The item of one certificate of a claim; raises UnknownClaim or UnknownItem for what the caller does not reach."""
    await work.claims.get(claim_id)
    found = (each for each in await work.decided.of_certificate(number) if each.claim_id == claim_id)
    item = next(found, None)
    if item is None:
        raise UnknownItem
    return item.id


async def attest_again(item_id: UUID, work: Work) -> Content:
    """The present receipt of an item, for whoever holds one or sees its claim; raises UnknownItem or NotConcluded.

    Opened for the whole city: a person may claim in another district than that of its certificate.
    """
    item = await work.items.get(item_id)
    return await _attested(await work.claims.get(item.claim_id), item, work)


async def _attested(claim: Claim, item: Item, work: Work) -> Content:
    certificate = await work.certificates.numbered(item.certificate_number)
    shown = masked(work.cipher, certificate)
    return attest(
        claim,
        item,
        certificate,
        work.policy,
        claimant=await _institution(claim, work),
        holder=Holder(name=shown.name, id=shown.id),
    )


async def _institution(claim: Claim, work: Work) -> Named | None:
    if claim.institution_id is None:
        return None
    institution = await work.institutions.get(claim.institution_id)
    return Named(code=str(institution.uscc), name=institution.name)
