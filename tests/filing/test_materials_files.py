"""Files of a case over HTTP: handed in, examined, kept under their digest, given out to who sees the case."""

from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from services.filing.domain.materials import FORMATS
from shared.clock import StoryClock
from shared.identity import Permission
from shared.objects.office import DOCX, XLSX
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT, a_uscc
from tests.filing.casework import PAPER, Case, drafted
from tests.interfaces import Interfaces
from tests.shared.objects.papers import a_docx, a_jpeg, a_pdf, a_png, an_xlsx, object_stream, pdf_of

PREMISES = "premises_and_equipment"
"""A kind that is taken in every format."""


@pytest.fixture
async def case(interfaces: Interfaces, story: StoryClock) -> Case:
    story.set(AT)
    return await drafted(interfaces)


async def given_out(case: Case, kind: str = PREMISES) -> httpx.Response:
    return await case.interfaces.filing.get(f"/v1/filings/{case.id}/materials/{kind}", headers=case.applicant)


def kept_at(case: Case, content: bytes) -> Path:
    """Where the store keeps a content."""
    key = sha256(content).hexdigest()
    folder = Path(case.interfaces.plan.home.objects("filing").removeprefix("file://"))
    return folder / key[:2] / key[2:4] / key


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (a_pdf(), "场地证明.pdf", "application/pdf"),
        (a_png(), "平面图.PNG", "image/png"),
        (a_jpeg(), "现场 照片;1.jpg", "image/jpeg"),
        (an_xlsx(), "设备清单.xlsx", XLSX),
        (a_docx(), "说明.docx", DOCX),
    ],
)
async def test_a_file_of_each_format_is_given_out_as_it_came(
    case: Case, content: bytes, name: str, media_type: str
) -> None:
    answer = await case.hand_in(PREMISES, content, name=name, issued_on="2024-03-01")
    assert answer.status_code == 200, answer.text
    (material,) = answer.json()["materials"]
    assert material == {
        "kind": PREMISES,
        "file_name": name,
        "sha256": sha256(content).hexdigest(),
        "media_type": media_type,
        "size": len(content),
        "issued_on": "2024-03-01",
        "pledged": False,
        "pledged_at": None,
        "checked_at": None,
    }
    back = await given_out(case)
    assert (back.status_code, back.content) == (200, content)
    assert back.headers["content-type"] == media_type
    assert back.headers["content-length"] == str(len(content))
    assert back.headers["x-content-type-options"] == "nosniff"
    disposition = back.headers["content-disposition"]
    assert disposition.startswith(f'attachment; filename="{PREMISES}.')
    assert disposition.endswith(f"filename*=UTF-8''{quote(name, safe='')}")


def test_every_format_was_tried() -> None:
    assert set(FORMATS) == {"application/pdf", "image/png", "image/jpeg", XLSX, DOCX}


BOMB = pdf_of(object_stream(b"\x00" * (101 * 1_048_576)))
REFUSED = {
    "png called pdf": (a_png(), "a.pdf", (422, "NJT-OBJ-1005")),
    "macros": (a_docx({"word/vbaProject.bin": b"x"}), "a.docx", (422, "NJT-OBJ-1016")),
    "script": (pdf_of(b"<< /S /JavaScript /JS (app.alert(1)) >>"), "a.pdf", (422, "NJT-OBJ-1009")),
    "bomb": (BOMB, "a.pdf", (422, "NJT-OBJ-1015")),
    "empty": (b"", "a.pdf", (422, "NJT-OBJ-1006")),
    "program": (b"MZ" + b"\x00" * 100, "a.pdf", (422, "NJT-OBJ-1003")),
    "hidden direction": (PAPER, "a\u202efdp.pdf", (422, "NJT-OBJ-1017")),
    "long name": (PAPER, "a" * 200 + ".pdf", (422, "NJT-OBJ-1017")),
    "too large": (PAPER + b" " * 20_971_520, "a.pdf", (413, "NJT-GEN-0413")),
    "far too large": (PAPER + b" " * 21_100_000, "a.pdf", (413, "NJT-GEN-0413")),
}


@pytest.mark.parametrize(("content", "name", "refused"), REFUSED.values(), ids=REFUSED)
async def test_what_is_not_plainly_paper_is_refused_and_nothing_enters_the_case(
    case: Case, content: bytes, name: str, refused: tuple[int, str]
) -> None:
    answer = await case.hand_in(PREMISES, content, name=name)
    assert (answer.status_code, answer.json()["code"]) == refused
    assert " · " in answer.json()["title"]
    view = (await case.read(case.applicant)).json()
    assert (view["materials"], view["version"]) == ([], 1)


@pytest.fixture
def unkept() -> bytes:
    """A paper nobody has handed in before."""
    return pdf_of(f"1 0 obj << /Made ({a_uscc()}) >> endobj".encode())


@pytest.mark.parametrize(
    ("kind", "name", "issued_on", "refused"),
    [
        ("application_form", "a.pdf", "2024-03-05", (422, "NJT-FIL-1704")),
        ("student_register", "a.pdf", None, (422, "NJT-FIL-1012")),
        ("no_such_kind", "a.pdf", None, (422, "NJT-FIL-1012")),
    ],
)
async def test_what_the_case_does_not_ask_for_is_refused_before_the_file_is_kept(
    *, case: Case, unkept: bytes, kind: str, name: str, issued_on: str | None, refused: tuple[int, str]
) -> None:
    answer = await case.hand_in(kind, unkept, name=name, issued_on=issued_on)
    assert (answer.status_code, answer.json()["code"]) == refused
    assert not kept_at(case, unkept).exists()


async def test_a_workbook_is_refused_where_a_sealed_form_is_asked_for(case: Case) -> None:
    answer = await case.hand_in("application_form", an_xlsx(), name="a.xlsx")
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-FIL-1702")
    assert answer.json()["basis"] == ["N2.8"]
    assert "PDF文件 · PDF" in answer.json()["detail"]


async def test_a_file_against_an_older_version_of_the_case_is_not_kept(case: Case, unkept: bytes) -> None:
    case.tag = '"7"'
    answer = await case.hand_in(PREMISES, unkept)
    assert (answer.status_code, answer.json()["code"]) == (412, "NJT-GEN-0412")
    assert not kept_at(case, unkept).exists()


async def test_a_path_sent_with_the_name_is_left_off_and_the_name_composed(case: Case) -> None:
    answer = await case.hand_in(PREMISES, name="C:\\材料\\re\u0301sume\u0301.pdf")
    assert answer.json()["materials"][0]["file_name"] == "résumé.pdf"


async def test_another_file_replaces_the_first_and_a_document_can_be_taken_back(case: Case) -> None:
    await case.hand_in(PREMISES, a_pdf(), name="一.pdf")
    answer = await case.hand_in(PREMISES, a_png(), name="二.png")
    assert [each["file_name"] for each in answer.json()["materials"]] == ["二.png"]
    path = f"/v1/filings/{case.id}/materials/{PREMISES}"
    headers = case.applicant | {"If-Match": case.tag}
    back = await case.interfaces.filing.delete(path, headers=headers)
    assert (back.status_code, back.json()["materials"]) == (200, [])
    gone = await case.interfaces.filing.delete(path, headers=headers | {"If-Match": back.headers["etag"]})
    assert (gone.status_code, gone.json()["code"]) == (404, "NJT-FIL-1703")
    missing = await given_out(case)
    assert (missing.status_code, missing.json()["code"]) == (404, "NJT-FIL-1703")


@pytest.mark.parametrize("size", [200, 3_000_000])
async def test_a_kept_file_that_was_tampered_with_is_refused_before_anything_of_it_is_sent(
    case: Case, size: int
) -> None:
    content = pdf_of(b"% " + str(case.uscc).encode() * (size // 18) + b"\n1 0 obj << >> endobj")
    assert (await case.hand_in(PREMISES, content)).status_code == 200
    kept = kept_at(case, content)
    kept.write_bytes(content[:-1] + b"x")
    answer = await given_out(case)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-OBJ-0001")
    kept.unlink()
    lost = await given_out(case)
    assert (lost.status_code, lost.json()["code"]) == (404, "NJT-OBJ-0404")
    kept.write_bytes(content)
    assert (await given_out(case)).content == content


async def test_only_who_sees_the_case_is_given_its_files(case: Case) -> None:
    await case.hand_in(PREMISES)
    path, ask = f"/v1/filings/{case.id}/materials/{PREMISES}", case.interfaces.filing.get
    who = case.interfaces.bearer
    strangers = [
        who(Permission.READ_REGISTER, organ=OTHER_DISTRICT),
        who(Permission.READ_REGISTER, holder=a_uscc()),
        who(Permission.READ_REGISTER),
    ]
    for stranger in strangers:
        answer = await ask(path, headers=stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1001")
        checklist = await ask(f"/v1/filings/{case.id}/checklist", headers=stranger)
        assert checklist.status_code == 404
    for reader in (case.officer(DISTRICT), case.officer(CITY), case.applicant):
        assert (await ask(path, headers=reader)).content == PAPER
    assert (await ask(path, headers=case.interfaces.stranger())).status_code == 403
    assert (await ask(path)).status_code == 401


async def test_in_a_correction_only_what_is_marked_is_handed_in(case: Case) -> None:
    await case.hand_in_everything()
    await case.done("submission", case.applicant)
    early = await case.hand_in(PREMISES)
    assert (early.status_code, early.json()["code"]) == (409, "NJT-FIL-1006")
    items = [{"field": f"materials.{PREMISES}", "reason": "看不清"}]
    await case.done("correction-notice", case.officer(), {"items": items})
    other = await case.hand_in("application_form")
    assert (other.status_code, other.json()["code"]) == (409, "NJT-FIL-1020")
    assert (await case.hand_in(PREMISES, a_png(), name="清楚.png")).status_code == 200
    assert (await case.done("correction", case.applicant))["state"] == "submitted"


async def test_the_checklist_follows_what_is_handed_in_and_an_old_document_stops_the_submission(
    case: Case, story: StoryClock
) -> None:
    async def checklist() -> dict[str, tuple[str, bool]]:
        answer = await case.interfaces.filing.get(f"/v1/filings/{case.id}/checklist", headers=case.applicant)
        return {each["kind"]: (each["state"], each["blocks"]) for each in answer.json()["items"]}

    before = await checklist()
    assert {state for state, _ in before.values()} == {"missing"}
    await case.hand_in_everything()
    assert set((await checklist()).values()) == {("handed_in", False)}
    await case.hand_in("full_time_staff")
    story.set(AT.replace(month=7))
    assert (await checklist())["integrity_statement"] == ("outdated", True)
    answer = await case.ask("submission", case.applicant)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1701")
    assert set(answer.json()["extra"]["outdated"]) == {"full_time_staff", "integrity_statement"}
