"""Receipts signed by subsidy's own key, and verified by anybody who has its public keys, with nothing else at hand.

One signature covers key id, digest of the content and address of verification, so that it stands in the JSON document
and in the QR code alike; the code says which content was attested, the document what it says.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from services.subsidy.domain.receipt import Content, canonical
from shared.errors import Invalid
from shared.province.keys.signing import Ed25519Signer, KeyRing, Signer, read_public_keys
from shared.settings import ReceiptSettings

_CODE = re.compile(
    r"(?P<url>[^\s#]+)#(?P<key_id>[0-9a-f]{16})\.(?P<digest>[0-9a-f]{64})\.(?P<signature>[0-9A-Za-z+/]{86}==)"
)


class FalseReceipt(Invalid):
    """凭证不可信 · The receipt cannot be trusted."""

    code = "NJT-SUB-1702"


class Seal(BaseModel):
    """What is signed, and the signature in base64."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    digest: str
    key_id: str
    signature: str

    @property
    def code(self) -> str:
        """The compact form of a QR code: an address that leads to the present state, and all that proves the rest."""
        return f"{self.url}#{self.key_id}.{self.digest}.{self.signature}"

    def is_signed(self, keys: KeyRing) -> bool:
        return keys.holds(self.key_id, _signed(self.url, self.digest, self.key_id), self.signature)


class Receipt(Seal):
    """A content with its seal: the JSON document."""

    content: Content

    @property
    def canonical(self) -> bytes:
        """The one way in which the document is written."""
        return canonical(self.model_dump(mode="json"))


@dataclass(frozen=True, kw_only=True)
class Attested:
    """What a verified receipt proves; a QR code alone proves which content was signed, not what is in it."""

    seal: Seal
    content: Content | None


def sign(content: Content, *, url: str, signer: Signer) -> Receipt:
    """The same content and key give the same receipt."""
    digest = content.digest
    signature = signer.sign(_signed(url, digest, signer.key_id))
    return Receipt(url=url, digest=digest, key_id=signer.key_id, signature=signature, content=content)


def verify(written: bytes, keys: KeyRing) -> Attested:
    """Verify a JSON document or the text of a QR code; raises FalseReceipt, which says what is wrong."""
    written = written.removesuffix(b"\n").removesuffix(b"\r")
    receipt = _document(written) if written.startswith(b"{") else None
    seal: Seal = receipt or _code(written)
    if not keys.knows(seal.key_id):
        raise FalseReceipt(f"密钥号 {seal.key_id} 不在公钥表内 · key {seal.key_id} is not among the keys")
    signed = seal.is_signed(keys)
    if receipt is not None and receipt.content.digest != receipt.digest:
        raise FalseReceipt(_CONTENT_CHANGED if signed else _DIGEST_CHANGED)
    if not signed:
        raise FalseReceipt(_SEAL_CHANGED)
    return Attested(seal=seal, content=receipt.content if receipt else None)


@dataclass(frozen=True, kw_only=True)
class Notary:
    """Signs as subsidy; `keys` are all public keys whose receipts still count, those of former keys among them."""

    signer: Signer
    keys: Mapping[str, str]
    public_url: str

    @classmethod
    def of(cls, settings: ReceiptSettings, *, public_url: str) -> "Notary":
        """Read the key files; raises KeyFileError."""
        signer = Ed25519Signer.from_file(settings.signing_key_file)
        former = read_public_keys(settings.former_keys_file) if settings.former_keys_file else {}
        return cls(signer=signer, keys={**former, **signer.public()}, public_url=public_url)

    def sign(self, content: Content) -> Receipt:
        """The receipt, with the address at which anybody is told the digest of the present one."""
        url = f"{self.public_url.rstrip('/')}/v1/public/receipts/{content.item_id}"
        return sign(content, url=url, signer=self.signer)


_CONTENT_CHANGED = "内容被改动：与已签名的摘要不符 · the content was changed: it is not what was signed"
_DIGEST_CHANGED = "摘要与内容、签名均不符 · the digest fits neither the content nor the signature"
_SEAL_CHANGED = (
    "签名不符：签名、地址、摘要或密钥号被改动，或不是该密钥所签"
    " · the signature does not hold: it, the address, the digest or the key id was changed, or another key signed"
)


def _document(written: bytes) -> Receipt:
    try:
        receipt = Receipt.model_validate(json.loads(written))
    except ValidationError as error:
        places = "、".join(".".join(map(str, each["loc"])) for each in error.errors(include_url=False))
        raise FalseReceipt(f"凭证格式不符：{places} · not in the form of a receipt: {places}") from None
    except ValueError:
        raise FalseReceipt("不是合格的 JSON · not JSON") from None
    if receipt.canonical != written:
        place = _first_difference(receipt.canonical, written)
        raise FalseReceipt(f"书写形式被改动，第 {place} 字节起 · written otherwise from byte {place} on")
    return receipt


def _code(written: bytes) -> Seal:
    found = _CODE.fullmatch(written.decode("utf-8", errors="replace"))
    if found is None:
        raise FalseReceipt("既不是凭证文件也不是凭证二维码 · neither a receipt nor the text of its QR code")
    return Seal(**found.groupdict())


def _signed(url: str, digest: str, key_id: str) -> bytes:
    return f"ningjitong-subsidy-receipt/1\n{key_id}\n{digest}\n{url}".encode()


def _first_difference(one: bytes, other: bytes) -> int:
    """The place, from 1, of the first byte in which they differ."""
    same = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return (min(len(one), len(other)) if same is None else same) + 1
