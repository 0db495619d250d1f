"""`njt province files`: one round, from files of the city to files for it."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from cli.main import create_app
from shared.contracts.batches import Form
from shared.contracts.dialect import Algorithm
from shared.contracts.province import MessageCode, ProvinceEnvelope
from shared.messaging.memory import MemoryBus
from shared.province.batches.files import Trust, open_file
from shared.province.keys.signing import Ed25519Signer, KeyRing
from simulator.keys import ProvinceKey
from tests.shared.province.letters import Province
from tests.shared.province.parcels import FORMS, entries, parcel, zipped
from tests.simulator.city import City, account_opened, institution_filed


class Desk:
    """The files that the program is given, and what it made of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.city = City(MemoryBus(), service="accounts")
        self.key = folder / "province.pem"
        signer = Ed25519Signer(Ed25519PrivateKey.generate())
        self.key.write_bytes(signer.to_pem())
        (folder / "city.json").write_text(json.dumps(self.city.signer.public()), encoding="utf-8")
        self.trust = Trust(
            peers={"320000": KeyRing(ProvinceKey.from_file(self.key).public())},
            algorithm=Algorithm.ED25519,
            receiver="320100/accounts",
        )

    def bring(self, *letters: ProvinceEnvelope, form: Form = Form.CSV) -> Path:
        """A file of the city's with these messages."""
        pen = Province(signer=self.city.signer)
        path = self.folder / f"{uuid4()}.zip"
        path.write_bytes(parcel(pen, letters, form, sender="320100/accounts", receiver="320000"))
        return path

    def run(self, *arguments: object) -> tuple[int, str]:
        given = ["province", "files", "--key", self.key, "--peers", self.folder / "city.json"]
        given += ["--store", self.folder / "store.db", "--file-out", self.folder / "out", *arguments]
        result = CliRunner().invoke(create_app(), [str(each) for each in given])
        return result.exit_code, result.output

    def taken_away(self, service: str = "accounts") -> list[ProvinceEnvelope]:
        """What stands in the latest file for a service."""
        path = max((self.folder / "out").glob(f"province-{service}-*.zip"))
        folder = self.folder / "opened"
        folder.mkdir(exist_ok=True)
        rows = open_file(path.read_bytes(), folder, self.trust).rows
        path.unlink()
        return [ProvinceEnvelope.model_validate_json(row[-1]) for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("form", FORMS)
def test_what_the_city_sent_is_answered_in_a_file(desk: Desk, form: Form) -> None:
    told = [desk.city.envelope(account_opened()) for _ in range(3)]
    code, said = desk.run("--file-in", desk.bring(*told, form=form), "--form", form)
    assert (code, "province-accounts-" in said) == (0, True)
    answers = desk.taken_away()
    assert [each.in_reply_to for each in answers] == [each.message_id for each in told for _ in range(2)]
    assert {each.code for each in answers} == {MessageCode.RECEIPT}


def test_it_remembers_what_came_before(desk: Desk) -> None:
    told = desk.city.envelope(account_opened())
    for _ in range(2):
        assert desk.run("--file-in", desk.bring(told))[0] == 0
        assert [each.payload["ok"] for each in desk.taken_away()] == [True, True]


def test_a_scenario_is_told_in_files(desk: Desk, tmp_path: Path) -> None:
    step = {
        "send": "INSTITUTION_FILED",
        "service": "filing",
        "lane": "一条",
        "business_key": "苏备1",
        "payload": institution_filed().model_dump(mode="json"),
    }
    scenario = tmp_path / "scenario.jsonl"
    scenario.write_text(json.dumps(step, ensure_ascii=False), encoding="utf-8")
    code, said = desk.run("--scenario", scenario)
    assert (code, "province-filing-" in said) == (0, True)


def test_without_anything_to_say_no_file_is_made(desk: Desk) -> None:
    code, said = desk.run()
    assert (code, "Nothing to say" in said) == (0, True)
    assert list((desk.folder / "out").iterdir()) == []


@pytest.mark.parametrize("spoilt", ["not a file", "cut short", "altered", "a stranger's"])
def test_a_file_that_is_not_the_citys_is_refused_before_anything_is_taken(desk: Desk, spoilt: str) -> None:
    path = desk.bring(desk.city.envelope(account_opened()))
    content = path.read_bytes()
    stranger = parcel(Province(), [desk.city.envelope(account_opened())], receiver="320000")
    files = entries(content)
    altered = files | {"messages.csv": files["messages.csv"].replace(b"320105", b"320106")}
    path.write_bytes(
        {
            "not a file": b"not a file",
            "cut short": content[:-5],
            "altered": zipped(altered),
            "a stranger's": stranger,
        }[spoilt]
    )
    code, said = desk.run("--file-in", path)
    assert (code, " · " in said) == (2, True)
    assert not (desk.folder / "out").exists()
