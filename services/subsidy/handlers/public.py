"""网络核验: whether a certificate of this number and name is valid, and nothing else."""

from services.subsidy.domain.certificate import CertificateState, Verification
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.work import Work
from services.subsidy.holders import is_named, seal, unsealed
from shared.errors import Invalid
from shared.values import parse_certificate_number

_SAID = {
    CertificateState.VERIFIED: Verification.VALID,
    CertificateState.REVOKED: Verification.REVOKED,
}
_NOWHERE = "S000032000000991999999"
"""A number asked for when what was typed is none: the same look-up is made for it."""


async def verify_certificate(number: str, name: str, work: Work) -> Verification:
    """By whole number and name. Wrong name, unknown number or no number at all cost the same work.

    What the province has not confirmed is not vouched for: it is not found.
    """
    asked = _number_in(number)
    looked_up = await work.certificates.all_numbered([asked or parse_certificate_number(_NOWHERE)])
    found = looked_up if asked else ()
    decoy_id = work.new_id()
    decoy = seal(work.cipher, decoy_id, name=_NOWHERE, holder_id=_NOWHERE)
    key, holder = (found[0].id, found[0].holder) if found else (decoy_id, decoy)
    kept = unsealed(work.cipher, key, holder).name
    same = is_named(work.cipher, kept, name)
    state = found[0].state if found and same else CertificateState.UNKNOWN
    return _SAID.get(state, Verification.NOT_FOUND)


def _number_in(text: str) -> AnyNumber | None:
    try:
        return parse_certificate_number(text.strip().upper())
    except Invalid:
        return None
