"""Lists given out as spreadsheets: the list's own filters and reach, page by page, nothing of a user's a formula."""

import csv
from dataclasses import replace
from io import BytesIO, StringIO

import pytest
from python_calamine import CalamineWorkbook

from services.filing.domain.stages import FilingState
from services.filing.routes import exports
from shared.identity import Permission
from shared.policy import Category, Channel
from shared.sheets.marks import DATA_SHEET
from tests.builders import (
    DISTRICT,
    OTHER_DISTRICT,
    a_filing,
    a_uscc,
    an_applicant,
    an_institution,
    an_item,
)
from tests.filing.works import FilingWorks, keep
from tests.interfaces import Headers, Interfaces


@pytest.fixture
def reader(interfaces: Interfaces) -> Headers:
    return interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT)


async def read_csv(interfaces: Interfaces, url: str, who: Headers) -> list[dict[str, str]]:
    answer = await interfaces.filing.get(url, headers=who)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_register_is_given_out_page_by_page_with_its_filters(
    interfaces: Interfaces, works: FilingWorks, reader: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_PAGE", 2)
    ours = [an_institution(name=f"测试导出机构{number}") for number in range(5)]
    other = an_institution(name="测试导出机构9", organ=OTHER_DISTRICT)
    school = an_institution(name="测试导出机构8", category=Category.TECHNICAL_SCHOOL)
    await keep(works, *ours, other, school)
    url = "/v1/institutions/export.csv?q=测试导出机构&category=municipal_enterprise"
    rows = await read_csv(interfaces, url, reader)
    assert [row["机构名称 · Name"] for row in rows] == [each.name for each in ours]
    first = rows[0]
    assert first["机构类别 · Category"] == "市属企业"
    assert first["经办机关 · Organ"] == "江宁区"
    assert first["评价范围 · Scope"] == "6-18-01-01 车工 四级"
    assert (first["有效期起 · Valid from"], first["依据条款 · Basis"]) == ("2024-03-04", "N2.2")


async def test_a_workbook_holds_the_same_and_ids_as_text(
    interfaces: Interfaces, works: FilingWorks, reader: Headers
) -> None:
    one = an_institution(name="测试表格机构")
    await keep(works, one)
    answer = await interfaces.filing.get("/v1/institutions/export.xlsx?q=测试表格机构", headers=reader)
    assert answer.headers["content-disposition"] == 'attachment; filename="institutions.xlsx"'
    header, row = (
        CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_name(DATA_SHEET).to_python()
    )
    cells = dict(zip(header, row, strict=True))
    assert cells["统一社会信用代码 · USCC"] == str(one.uscc)
    assert cells["有效期止 · Valid until"] == one.valid_until


async def test_what_a_user_typed_is_no_formula(
    interfaces: Interfaces, works: FilingWorks, reader: Headers
) -> None:
    uscc = a_uscc()
    typed = '=HYPERLINK("http://example.invalid","点我")'
    await keep(works, an_institution(uscc=uscc, name=typed, address="@SUM(1)"))
    answer = await interfaces.filing.get(f"/v1/institutions/export.xlsx?q={uscc}", headers=reader)
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_name(DATA_SHEET).to_python()
    assert sheet[1][1] == typed
    assert b"<f>" not in answer.content
    (row,) = await read_csv(interfaces, f"/v1/institutions/export.csv?q={uscc}", reader)
    assert (row["机构名称 · Name"], row["地址 · Address"]) == (f"'{typed}", "'@SUM(1)")


async def test_cases_are_given_out_with_the_queues_filters(
    interfaces: Interfaces, works: FilingWorks, reader: Headers
) -> None:
    taken = a_filing(applicant=an_applicant(), channel=Channel.ON_SITE_BATCH, state=FilingState.ACCEPTED)
    await keep(works, taken, a_filing(applicant=taken.applicant))
    url = f"/v1/filings/export.csv?q={taken.applicant.uscc}&channel=on_site_batch"
    (row,) = await read_csv(interfaces, url, reader)
    assert row["环节 · State"] == "已受理"
    assert row["受理渠道 · Channel"] == "现场集中办理"
    assert row["草拟日期 · Drafted on"] == "2024-03-04"
    nobody = interfaces.bearer(Permission.READ_REGISTER, organ=OTHER_DISTRICT)
    assert await read_csv(interfaces, url, nobody) == []


async def test_a_long_scope_is_cut_off_and_counted(
    interfaces: Interfaces, works: FilingWorks, reader: Headers
) -> None:
    scope = tuple(an_item(work_type=f"很长的工种名称第{number:03}号") for number in range(120))
    one = an_institution(scope=scope)
    await keep(works, one)
    (row,) = await read_csv(interfaces, f"/v1/institutions/export.csv?q={one.uscc}", reader)
    assert len(row["评价范围 · Scope"]) <= 2000
    assert row["评价范围 · Scope"].endswith("…共 120 项")


async def test_what_cannot_be_given_out_is_refused_before_anything_is_sent(
    interfaces: Interfaces, reader: Headers
) -> None:
    ask = interfaces.filing.get
    assert (await ask("/v1/filings/export.csv?channel=nonsense", headers=reader)).status_code == 422
    half = await ask("/v1/institutions/export.csv?edition=2015", headers=reader)
    assert (half.status_code, half.json()["code"]) == (422, "NJT-FIL-1113")
    unknown = await ask("/v1/institutions/export.csv?edition=2015&occupation=8-99-99-99", headers=reader)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NJT-POL-1002")
    stranger = await ask("/v1/filings/export.xlsx", headers=interfaces.stranger())
    assert stranger.status_code == 403


async def test_more_rows_than_fit_are_refused_before_anything_is_sent(
    interfaces: Interfaces, works: FilingWorks, reader: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    urls = [f"/v1/{each}?q=测试过多" for each in ("institutions/export.csv", "filings/export.xlsx")]
    applicant = replace(an_applicant(), name="测试过多甲")
    await keep(works, an_institution(name="测试过多甲"), a_filing(applicant=applicant))
    for url in urls:
        assert (await interfaces.filing.get(url, headers=reader)).status_code == 200
    await keep(works, an_institution(name="测试过多乙"), a_filing(applicant=applicant))
    for url in urls:
        answer = await interfaces.filing.get(url, headers=reader)
        assert (answer.status_code, answer.json()["code"]) == (422, "NJT-SHT-1035")


async def test_while_as_many_are_written_as_may_be_another_is_told_when_to_come_back(
    interfaces: Interfaces, reader: Headers
) -> None:
    slots = interfaces.suite.apps["filing"].state.exports
    url, most = "/v1/institutions/export.csv?q=测试无此机构", slots.free
    slots.free = 0
    busy = await interfaces.filing.get(url, headers=reader)
    slots.free = most
    assert (busy.status_code, busy.json()["code"]) == (503, "NJT-GEN-0503")
    assert int(busy.headers["retry-after"]) > 0
    for _ in range(most + 1):
        assert (await interfaces.filing.get(url, headers=reader)).status_code == 200
    refused = await interfaces.filing.get("/v1/institutions/export.csv?edition=2015", headers=reader)
    assert (refused.status_code, slots.free) == (422, most)
