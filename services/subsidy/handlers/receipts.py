"""核算凭证: what the receipt of an item says."""

from uuid import UUID

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.item import Item, UnknownItem
from services.subsidy.domain.receipt import Content, Holder, Named, attest
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.work import Work
from services.subsidy.holders import masked


async def attest_item(claim_id: UUID, number: AnyNumber, work: Work) -> Content:
    """The receipt of one certificate of a claim; raises UnknownClaim, UnknownItem or NotConcluded."""
    claim = await work.claims.get(claim_id)
    found = (each for each in await work.decided.of_certificate(number) if each.claim_id == claim_id)
    item = next(found, None)
    if item is None:
        raise UnknownItem
    return await _attested(claim, item, work)


async def attest_again(item_id: UUID, work: Work) -> Content:
    """The present receipt of an item, for whoever holds one; raises UnknownItem or NotConcluded."""
    item = await work.items.get(item_id)
    return await _attested(await work.claims.get(item.claim_id), item, work)


async def _attested(claim: Claim, item: Item, work: Work) -> Content:
    certificate = await work.certificates.numbered(item.certificate_number)
    institution = await work.institutions.get(claim.institution_id)
    shown = masked(work.cipher, certificate)
    return attest(
        claim,
        item,
        certificate,
        work.policy,
        institution=Named(code=str(institution.uscc), name=institution.name),
        holder=Holder(name=shown.name, id=shown.id),
    )
