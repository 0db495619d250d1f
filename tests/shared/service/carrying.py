"""Files that a test carries between an operator's desk and the province."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from shared.contracts.batches import Form
from shared.contracts.dialect import Algorithm
from shared.contracts.province import ProvinceEnvelope
from shared.province.batches.files import Trust, open_file
from shared.province.keys.signing import Ed25519Signer, KeyRing
from tests.interfaces import Headers
from tests.shared.province.letters import PROVINCE
from tests.shared.service.desk import WHY, Desk


async def export(desk: Desk, form: Form = Form.CSV, who: Headers | None = None) -> dict[str, Any]:
    """The batch that was made of what is due."""
    answer = await desk.post("/batches", {"format": form}, who)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def file_of(desk: Desk, batch: dict[str, Any]) -> bytes:
    answer = await desk.get(f"/batches/{batch['id']}/file", reason=WHY)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="{batch["name"]}"'
    return answer.content


async def hand_in(desk: Desk, content: bytes, who: Headers | None = None) -> httpx.Response:
    files = {"file": ("省厅.zip", io.BytesIO(content), "application/zip")}
    return await desk.client.post("/v1/exchange/batches/imports", headers=who or desk.city, files=files)


async def taken_in(desk: Desk, content: bytes) -> dict[str, Any]:
    """What was made of a file that is taken."""
    answer = await hand_in(desk, content)
    assert answer.status_code == 201, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


def letters_in(desk: Desk, content: bytes) -> list[ProvinceEnvelope]:
    """The messages of a file that the city made, as the province opens it."""
    signer = Ed25519Signer.from_file(desk.interfaces.plan.home.signing_key(desk.service))
    trust = Trust(
        peers={f"320100/{desk.service}": KeyRing(signer.public())},
        algorithm=Algorithm.ED25519,
        receiver=PROVINCE,
    )
    with TemporaryDirectory() as folder:
        rows = list(open_file(content, Path(folder), trust).rows)
    return [ProvinceEnvelope.model_validate_json(row[-1]) for row in rows]


def outcomes(taken: dict[str, Any]) -> list[str]:
    return [line["outcome"] for line in taken["lines"]]
