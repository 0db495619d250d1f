"""A batch as the one file that a person carries: written and signed, or opened within bounds and verified."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import file_digest
from io import BytesIO
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError

from shared.contracts.batches import MANIFEST, MOST_ROWS, BatchManifest, Form
from shared.contracts.dialect import Algorithm
from shared.contracts.province import canonical
from shared.messaging.bus import Message, Outcome
from shared.province.batches.refusals import BatchAltered, ManifestNotSigned, NotABatch, OtherReceiver
from shared.province.batches.rows import LIMITS, MOST_MESSAGE, Carried, Spool, cells_of, read, written
from shared.province.dialect import Dialect
from shared.province.keys.signing import PublicKeys, Signer
from shared.province.reading import fields_at_fault
from shared.sheets.safety import inspect_zip, require_size

MOST_BYTES = LIMITS.max_bytes
"""How large a batch file may be."""

_MOST_WRITTEN = 16 << 20
_MOST_MANIFEST = 64 << 10
_LIMITS = replace(LIMITS, inner=frozenset({Form.XLSX.file}))
_FILES = {MANIFEST, *(form.file for form in Form)}


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """Which batch it is, whose, for whom, and when it was made."""

    batch_id: UUID
    sender: str
    receiver: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whose signatures are believed, of which algorithm, and who we are."""

    peers: Mapping[str, PublicKeys]
    algorithm: Algorithm
    receiver: str


class FileLine:
    """A line that ends in a file: takes messages until it is full; what finds no room stays owed."""

    def __init__(self, spool: Spool, dialect: Dialect) -> None:
        self.full = False
        self._spool = spool
        self._dialect = dialect

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        return [self._taken(message.body) for message in messages]

    def _taken(self, body: bytes) -> Outcome:
        if len(body) > MOST_MESSAGE:
            return Outcome.UNFIT
        self.full = (
            self.full or self._spool.rows == MOST_ROWS or self._spool.written + len(body) > _MOST_WRITTEN
        )
        if self.full:
            return Outcome.FAILED
        carried = Carried(envelope=self._dialect.read(body).envelope, text=body.decode())
        self._spool.add(*cells_of(self._spool.rows + 1, carried))
        return Outcome.CONFIRMED


def make_file(
    spool: Spool, form: Form, addressed: Addressed, *, signer: Signer, folder: Path
) -> tuple[BatchManifest, bytes]:
    """The manifest, and the ZIP. Takes a while for many rows: call it in a thread."""
    spool.finish()
    messages = folder / form.file
    with messages.open("wb") as stream:
        stream.writelines(written(spool, form))
    told = {
        **vars(addressed),
        "file": form.file,
        "rows": spool.rows,
        "sha256": _digest(messages),
        "key_id": signer.key_id,
        "signature": "",
    }
    fields = BatchManifest.model_validate(told).model_dump(mode="json", exclude={"signature"})
    fields["signature"] = signer.sign(canonical(fields))
    packing = zipfile.ZIP_DEFLATED if form is Form.CSV else zipfile.ZIP_STORED
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        archive.write(messages, form.file)
        archive.writestr(MANIFEST, json.dumps(fields, ensure_ascii=False, indent=2))
    return BatchManifest.model_validate(fields), packed.getvalue()


def open_file(content: bytes, folder: Path, trust: Trust) -> "OpenedBatch":
    """The rows of a batch file and its manifest; nothing of it is believed before it is verified.

    Raises NotABatch, ManifestNotSigned, OtherReceiver, BatchAltered, or SheetRefused for a file that is hostile or
    broken. Takes a while for many rows: call it in a thread.
    """
    require_size(len(content), LIMITS)
    if not content.startswith(b"PK"):
        raise NotABatch("不是 ZIP 压缩包 · This is no ZIP file")
    parts = inspect_zip(content, _LIMITS)
    names = {part.name: part.size for part in parts}
    if MANIFEST not in names:
        raise NotABatch("缺少清单 manifest.json · The manifest is missing")
    if not names.keys() <= _FILES or len(names) != len({MANIFEST, Form.CSV.file}):
        raise NotABatch(
            "压缩包内应为清单和一个报文文件 · There must be the manifest and one file of messages"
        )
    if names[MANIFEST] > _MOST_MANIFEST:
        raise NotABatch("清单过大 · The manifest is too large")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        manifest = _verified(archive.read(MANIFEST), trust)
        if manifest.file not in names:
            raise BatchAltered(f"缺少 {manifest.file} · {manifest.file} is missing")
        messages = Path(archive.extract(manifest.file, folder))
    if _digest(messages) != manifest.sha256:
        raise BatchAltered("报文文件的摘要与清单不符 · The digest of the messages is not the manifest's")
    with Spool(folder / "rows") as spool:
        read(messages, manifest.form, spool)
    if spool.rows != manifest.rows:
        raise BatchAltered(
            f"清单为 {manifest.rows} 行，实为 {spool.rows} 行 · "
            f"The manifest tells of {manifest.rows} rows, there are {spool.rows}"
        )
    return OpenedBatch(manifest=manifest, rows=spool)


@dataclass(frozen=True, kw_only=True)
class OpenedBatch:
    """A batch that came as it was signed; `rows` are lists of cells, the message in the last."""

    manifest: BatchManifest
    rows: Spool


def _verified(content: bytes, trust: Trust) -> BatchManifest:
    try:
        fields = json.loads(content)
        signed = canonical({name: value for name, value in fields.items() if name != "signature"})
        manifest = BatchManifest.model_validate(fields)
    except ValidationError as broken:
        raise NotABatch(f"清单字段有误 · The manifest's fields at fault: {fields_at_fault(broken)}") from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise NotABatch("清单不可读 · The manifest cannot be read") from None
    keys = trust.peers.get(manifest.sender)
    key = keys.find(manifest.key_id) if keys else None
    if key is None or key.algorithm is not trust.algorithm or not key.holds(signed, manifest.signature):
        raise ManifestNotSigned
    early = key.since is not None and manifest.made_at < key.since
    if early or (key.until is not None and manifest.made_at > key.until):
        raise ManifestNotSigned("签名密钥在制作时无效 · The key was not valid when the file was made")
    if manifest.receiver != trust.receiver:
        raise OtherReceiver(f"{OtherReceiver().title}: {manifest.receiver}")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
