"""追回通知书: as JSON and on paper, the same whenever it is asked for, whatever became of the recovery since."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.subsidy.domain.receipt import Named
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_faults import NoNotice
from services.subsidy.domain.recovery_item import RecoveryItem
from services.subsidy.domain.recovery_notice import NoticeContent, notice_of
from services.subsidy.domain.recovery_terms import Cause, Debtor
from services.subsidy.recovery_paper import MOST_ROWS, draw_notice
from shared.clock import SHANGHAI
from shared.documents import GlyphMissing
from shared.policy import MoneyLine, Policy
from shared.values import Fen, Level
from tests.shared.documents.pdf import Pdf
from tests.subsidy.builders import EMPLOYER, USCC, number

AT = datetime(2024, 6, 3, 12, tzinfo=SHANGHAI)
WHO = Named(code=str(USCC), name="测试一厂")


def recovery(**changes: Any) -> Recovery:
    given: dict[str, Any] = {
        "id": UUID(int=9),
        "organ": "320115",
        "debtor": Debtor(institution_id=EMPLOYER, uscc=USCC),
        "line": MoneyLine.TRAINING,
        "cause": Cause.FRAUD,
        "reason": "核查发现考生未参加评价",
        "evidence": ("督导记录 2024-017", "询问笔录 3 份"),
        "opened_by": "officer-a",
        "opened_at": AT,
    }
    return Recovery(**(given | changes))


def item(place: int = 0, *, reason: str = "") -> RecoveryItem:
    return RecoveryItem(
        id=UUID(int=100 + place),
        recovery_id=UUID(int=9),
        organ="320115",
        uscc=str(USCC),
        line=MoneyLine.TRAINING,
        place=place,
        item_id=UUID(int=200 + place),
        claim_id=UUID(int=3),
        certificate_number=number(3, serial=place + 1),
        level=Level.THREE,
        paid=Fen(260_000),
        before=Fen(0),
        due=Fen(260_000),
        reason=reason,
    )


def noticed(policy: Policy, *items: RecoveryItem, **changes: Any) -> Recovery:
    made = recovery(**changes)
    for each in items:
        made.add(each.due)
    made.notify("320115-B-ZH2024-0001", policy, by="accountant-a", at=AT)
    return made


def content(policy: Policy, *items: RecoveryItem, **changes: Any) -> NoticeContent:
    listed = items or (item(0), item(1, reason="证书已被撤销 · the certificate was revoked"))
    return notice_of(noticed(policy, *listed, **changes), listed, policy, debtor=WHO)


def test_a_notice_names_who_what_why_by_when_and_how_sure_each_term_is(policy: Policy) -> None:
    told = content(policy)
    assert (told.amount_fen, told.certificates, told.debtor) == (520_000, 2, WHO)
    assert [each.clause for each in told.basis] == ["N1.6", "N3.3"]
    assert told.due_on == date(2024, 7, 16)  # 30 working days; 10 June 2024 was the Dragon Boat Festival
    assert told.statement_until == datetime(2024, 6, 11, 23, 59, 59, tzinfo=SHANGHAI)
    assert [(each.name, each.working_days, each.status.name) for each in told.terms] == [
        ("陈述申辩期限", 5, "假设"),
        ("退款期限", 30, "假设"),
    ]


def test_a_notice_reads_the_same_after_money_came_and_items_were_let_go(policy: Policy) -> None:
    items = [item(0), item(1)]
    made = noticed(policy, *items)
    before = notice_of(made, items, policy, debtor=WHO)
    made.let_go(items[0].due)
    items[0].spare()
    made.take(Fen(100_000), by="accountant-a", at=AT + timedelta(days=1))
    assert notice_of(made, items, policy, debtor=WHO) == before


def test_without_a_notice_there_is_no_paper(policy: Policy) -> None:
    with pytest.raises(NoNotice):
        notice_of(recovery(), [], policy, debtor=WHO)


def test_on_paper_it_is_a_pdf_a_2b_that_says_it_in_chinese(policy: Policy) -> None:
    made = Pdf(draw_notice(content(policy)))
    assert made.size == (210, 297)
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in made.metadata
    for said in (
        "职业技能等级证书补贴追回通知书",
        "320115-B-ZH2024-0001",
        f"测试一厂（{USCC}）",
        "5,200.00",
        "2024年7月16日",
        "2024年6月11日 23:59",
        "核查发现考生未参加评价",
        "督导记录 2024-017；询问笔录 3 份",
        "证书已被撤销",
        str(number(3, serial=1)),
        "南京市江宁区人力资源和社会保障局",
        "陈述申辩期限 5 个工作日（假设）",
        "样式为假设样例 · layout assumed",
    ):
        assert said in made.text, said


def test_the_same_notice_gives_the_same_bytes(policy: Policy) -> None:
    assert draw_notice(content(policy)) == draw_notice(content(policy))
    assert draw_notice(content(policy)) != draw_notice(content(policy, reason="另一事由"))


def test_a_long_list_is_cut_on_paper_and_says_so(policy: Policy) -> None:
    told = content(policy, *map(item, range(MOST_ROWS + 3)))
    assert "其余 3 项见本通知的 JSON 文件" in Pdf(draw_notice(told)).text
    assert len(told.items) == MOST_ROWS + 3


def test_what_cannot_be_printed_is_refused(policy: Policy) -> None:
    with pytest.raises(GlyphMissing, match="U\\+E000"):
        draw_notice(content(policy, reason="\ue000"))
