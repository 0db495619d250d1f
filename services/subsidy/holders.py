"""Whose certificate it is: sealed where it is kept, masked where it is shown."""

from dataclasses import dataclass
from uuid import UUID

from services.subsidy.domain.certificate import Certificate, SealedHolder
from shared.privacy import FieldCipher, mask_name, mask_number


@dataclass(frozen=True, kw_only=True)
class ShownHolder:
    """A holder as everybody who may see the certificate sees them."""

    name: str
    id: str


def seal(cipher: FieldCipher, certificate_id: UUID, *, name: str, holder_id: str) -> SealedHolder:
    """Encrypt both for this certificate alone; two writings of one number (x, X) are one person."""
    number = holder_id.strip().upper()
    return SealedHolder(
        name=cipher.encrypt(name, about=_about(certificate_id, "name")),
        id=cipher.encrypt(number, about=_about(certificate_id, "id")),
        index=cipher.blind_index(number),
    )


def masked(cipher: FieldCipher, certificate: Certificate) -> ShownHolder:
    """The holder, masked; raises Undecipherable when what is kept was altered or moved here from another row."""
    name = cipher.decrypt(certificate.holder.name, about=_about(certificate.id, "name"))
    number = cipher.decrypt(certificate.holder.id, about=_about(certificate.id, "id"))
    return ShownHolder(name=mask_name(name), id=mask_number(number))


def _about(certificate_id: UUID, field: str) -> str:
    return f"certificate/{certificate_id}/{field}"
