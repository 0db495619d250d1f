"""Batch files from the province, as it would make them or as somebody might have changed them."""

import json
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.batches import MANIFEST, BatchManifest, Form
from shared.contracts.dialect import Algorithm
from shared.contracts.province import ProvinceEnvelope, canonical
from shared.errors import Refusal
from shared.province.batches.files import Addressed, OpenedBatch, Trust, make_file, open_file
from shared.province.batches.rows import Carried, Spool, cells_of
from shared.province.dialect import SAMPLE, Dialect
from shared.province.keys.signing import KeyRing, Signer
from tests.shared.province.letters import CITY, PROVINCE, START, Province

FORMS = (Form.CSV, Form.XLSX)


def parcel(
    province: Province,
    letters: Sequence[ProvinceEnvelope],
    form: Form = Form.CSV,
    *,
    signer: Signer | None = None,
    **addressed: Any,
) -> bytes:
    """A file with these letters; any part of the address may be told otherwise."""
    usual: dict[str, Any] = {
        "batch_id": uuid4(),
        "sender": PROVINCE,
        "receiver": f"{CITY}/filing",
        "made_at": START,
    }
    with TemporaryDirectory() as folder, Spool(Path(folder, "rows")) as spool:
        for number, letter in enumerate(letters, 1):
            spool.add(*cells_of(number, Carried(envelope=letter, text=letter.model_dump_json())))
        _, content = make_file(
            spool,
            form,
            Addressed(**(usual | addressed)),
            signer=signer or province.signer,
            folder=Path(folder),
        )
    return content


def opened(content: bytes, folder: Path, province: Province, **told: Any) -> OpenedBatch:
    """The file as filing opens it."""
    usual: dict[str, Any] = {
        "peers": {PROVINCE: KeyRing(province.signer.public())},
        "algorithm": Algorithm.ED25519,
        "receiver": f"{CITY}/filing",
    }
    return open_file(content, folder, Trust(**(usual | told)))


def entries(content: bytes) -> dict[str, bytes]:
    """What is in a ZIP."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def resigned(content: bytes, province: Province, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The file with a manifest that was changed and signed again."""
    files = entries(content)
    fields = json.loads(files[MANIFEST])
    del fields["signature"]
    change(fields)
    files[MANIFEST] = json.dumps({**fields, "signature": province.signer.sign(canonical(fields))}).encode()
    return zipped(files)


def manifest_of(content: bytes) -> BatchManifest:
    return BatchManifest.model_validate_json(entries(content)[MANIFEST])


def batch_id_of(content: bytes) -> UUID:
    return manifest_of(content).batch_id


DIALECT = Dialect.from_file(SAMPLE)
PROVINCE_PEN = Province()
LETTERS = [PROVINCE_PEN.write({"name": "测试甲公司", "n": number}, lane="甲") for number in range(3)]
PARCELS = {form: parcel(PROVINCE_PEN, LETTERS, form) for form in FORMS}


def read_back(content: bytes, folder: Path) -> list[ProvinceEnvelope]:
    """The messages of a file, their signatures checked."""
    ring = KeyRing(PROVINCE_PEN.signer.public())
    found = []
    for row in opened(content, folder, PROVINCE_PEN).rows:
        read = DIALECT.read(row[-1].encode())
        assert ring.holds(read.envelope.key_id, read.signed, read.envelope.signature)
        found.append(read.envelope)
    return found


def refusal_of(content: bytes, folder: Path) -> Refusal | None:
    """Why it is not taken, in two languages; None when it is taken as it was written."""
    said: Refusal | None = None
    try:
        assert read_back(content, folder) == LETTERS
    except Refusal as refusal:
        said = refusal
    assert said is None or " · " in said.detail
    return said
