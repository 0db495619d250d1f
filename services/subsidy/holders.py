"""Whose certificate it is: sealed where it is kept, masked where it is shown."""

import hmac
import unicodedata
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
    number, about = _written(holder_id), _about(certificate_id)
    return SealedHolder(
        name=cipher.encrypt(name, about=f"{about}/name"),
        id=cipher.encrypt(number, about=f"{about}/id"),
        index=cipher.blind_index(number),
    )


def index_of(cipher: FieldCipher, holder_id: str) -> bytes:
    """By what a person is found."""
    return cipher.blind_index(_written(holder_id))


def masked(cipher: FieldCipher, certificate: Certificate) -> ShownHolder:
    """The holder, masked; raises Undecipherable when what is kept was altered or moved here from another row."""
    return masked_in(cipher, certificate.id, certificate.holder)


def masked_in(cipher: FieldCipher, row_id: UUID, holder: SealedHolder) -> ShownHolder:
    """Whoever was sealed for this row, masked; raises Undecipherable."""
    plain = unsealed(cipher, row_id, holder)
    return ShownHolder(name=mask_name(plain.name), id=mask_number(plain.id))


def unsealed(cipher: FieldCipher, certificate_id: UUID, holder: SealedHolder) -> ShownHolder:
    """The holder in plain words, to compare and never to keep or show; raises Undecipherable."""
    about = _about(certificate_id)
    return ShownHolder(
        name=cipher.decrypt(holder.name, about=f"{about}/name"),
        id=cipher.decrypt(holder.id, about=f"{about}/id"),
    )


def is_named(cipher: FieldCipher, name: str, other: str) -> bool:
    """Whether two writings are one name: full or half width, with spaces or without.

    They are compared by their keyed digests, which takes the same time wherever they differ.
    """
    return hmac.compare_digest(cipher.blind_index(_plain(name)), cipher.blind_index(_plain(other)))


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _written(holder_id: str) -> str:
    return holder_id.strip().upper()


def _about(certificate_id: UUID) -> str:
    return f"certificate/{certificate_id}"
