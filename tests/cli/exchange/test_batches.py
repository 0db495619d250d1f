"""`njt exchange export|import|batches`: files from a terminal, and what became of their rows."""

from pathlib import Path

import pytest

from cli.suite.database import SERVICES
from shared.contracts.batches import Form
from tests.builders import institution_filed
from tests.cli.exchange.conftest import Terminal
from tests.shared.province.letters import dispatch
from tests.shared.province.parcels import FORMS, entries, manifest_of, parcel


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.mark.parametrize("form", FORMS)
async def test_what_is_due_is_written_to_a_file_and_can_be_had_again(
    terminal: Terminal, tmp_path: Path, form: Form
) -> None:
    await terminal.desk.owe(dispatch("备案:1"), dispatch("备案:2", lane="乙"))
    out = tmp_path / "盘"
    found = await terminal.json("export", "--format", form, "--out", out)
    assert set(found) == set(SERVICES)
    assert [name for name in SERVICES if found[name]] == ["filing"]
    made = found["filing"]
    (file,) = files_in(out)
    first = file.read_bytes()
    assert (Path(made["path"]), made["rows"]) == (file, 2)
    assert (str(manifest_of(first).batch_id), manifest_of(first).form) == (made["id"], form)
    file.unlink()
    again = ("export", "--service", "filing", "--again", made["id"], "--out", out)
    assert "--reason" in await terminal.refused(*again)
    said = await terminal.said(*again, "--reason", "存储介质遗失")
    assert file.name in said
    assert file.read_bytes() == first


async def test_where_nothing_is_due_it_says_so(terminal: Terminal, tmp_path: Path) -> None:
    said = await terminal.said("export", "--service", "filing", "--out", tmp_path)
    assert "没有可带出的报文 · There is nothing to carry" in said
    assert files_in(tmp_path) == []


async def test_a_file_is_taken_in_by_the_service_that_it_names(terminal: Terminal, tmp_path: Path) -> None:
    province = terminal.desk.province
    file = tmp_path / "province.zip"
    file.write_bytes(parcel(province, [province.write() for _ in range(3)]))
    assert "办结 · done" in await terminal.said("import", file)
    again = await terminal.said("import", file)
    assert "imported before, nothing happened twice" in again
    assert "duplicate" in again
    listed = await terminal.said("batches", "--service", "filing")
    assert all(each in listed for each in ("导入 ←", "province.zip", "办结 · done 3"))


async def test_a_row_that_was_not_taken_ends_it_with_1_and_is_shown_with_its_reason(
    terminal: Terminal, tmp_path: Path
) -> None:
    province = terminal.desk.province
    forged = province.write(institution_filed()).model_copy(update={"lane": "[另一条]"})
    file = tmp_path / "province.zip"
    file.write_bytes(parcel(province, [province.write(), forged], Form.XLSX))
    code, said = await terminal.run("import", file)
    assert code == 1
    assert all(each in said for each in (forged.business_key, "SIGNATURE 签名缺失或不符", "拒收 · refused"))
    code, said = await terminal.run("import", file, "--json")
    assert (code, '"outcome": "refused"' in said) == (1, True)


async def test_a_file_that_is_refused_whole_ends_it_with_1_and_says_why(
    terminal: Terminal, tmp_path: Path
) -> None:
    province = terminal.desk.province
    file = tmp_path / "province.zip"
    file.write_bytes(parcel(province, [province.write()])[:-7])
    said = await terminal.refused("import", file, "--service", "filing")
    assert "NJT-SHT-1010" in said
    assert "--service" in await terminal.refused("import", file)


async def test_downloading_again_asks_for_one_service(terminal: Terminal, tmp_path: Path) -> None:
    await terminal.desk.owe(dispatch())
    made = (await terminal.json("export", "--service", "filing", "--out", tmp_path))["filing"]
    assert "--service" in await terminal.refused("export", "--again", made["id"])
    (file,) = files_in(tmp_path)
    assert made["path"] == str(file)
    assert entries(file.read_bytes()).keys() == {"manifest.json", "messages.xlsx"}


async def test_exporting_is_for_the_citys_operators(terminal: Terminal, tmp_path: Path) -> None:
    await terminal.desk.owe(dispatch())
    said = await terminal.refused("export", "--out", tmp_path, client="night-watcher")
    assert "NJT-IDN-0403" in said


async def test_a_folder_that_cannot_be_written_to_is_told_before_anything_is_made(terminal: Terminal) -> None:
    await terminal.desk.owe(dispatch())
    said = await terminal.refused("export", "--service", "filing", "--out", "/proc/nowhere")
    assert "/proc/nowhere 不可写 · cannot be written to" in said
    assert (await terminal.json("batches", "--service", "filing"))["filing"] == []
