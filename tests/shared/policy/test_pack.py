"""What the city's pack says of itself."""

import re
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.policy import Policy, Status, UnknownDocument, load_policy
from tests.shared.policy.conftest import Amend

NOTICE_CLAUSES = (
    *(f"N1.{n}" for n in range(1, 8)),
    *(f"N2.{n}" for n in range(9)),
    *(f"N3.{n}" for n in range(1, 8)),
)

WORDING = (
    ("N1.1", "优先纳入评价载体培育"),
    ("N1.5", "可参与新职业开发"),
    ("N1.6", "直接申领"),
    ("N1.7", "上浮30%"),
    ("N2.0", "属地服务管理"),
    ("N2.1", "一次备案、全省认可"),
    ("N2.2", "直接评估备案"),
    ("N2.3", "本院校学生"),
    ("N2.4", "再次评估备案"),
    ("N2.5", "市人社部门评估备案"),
    ("N2.6", "协同监督管理"),
    ("N2.7", "暂无评价机构承接"),
    ("N2.8", "一牌一证"),
    ("N3.1", "目标责任制"),
    ("N3.2", "明确专人经办"),
    ("N3.3", "上门服务、现场集中办理、网上申报、告知承诺、网络核验"),
    ("N3.5", "典型宣传"),
    ("N3.6", "重新梳理和核定"),
    ("N3.7", "省厅鉴定中心"),
)


def test_every_value_names_a_known_source_a_status_and_its_first_day(policy: Policy) -> None:
    values = list(policy.pack.values())
    assert len(values) > 250
    for file, key, value in values:
        assert policy.document(value.source).title, (file, key)
        assert value.status in Status, (file, key)
        assert value.effective_from is not None, (file, key)


def test_every_clause_a_value_names_can_be_read_in_chinese_and_english(policy: Policy) -> None:
    named = {value.clause for _, _, value in policy.pack.values() if value.clause is not None}
    assert {"N1.7", "N2.4", "NJ2023-WINDOW"} <= named
    for clause in named:
        text = policy.clause(clause)
        assert " · " in text.text
        assert text.document in policy.documents


def test_every_clause_of_the_notice_is_in_the_pack(policy: Policy) -> None:
    found = {clause.id for clause in policy.clauses.values() if clause.document == "notice"}
    assert found == set(NOTICE_CLAUSES)


def test_every_clause_reads_in_the_documents_chinese_and_in_our_english(policy: Policy) -> None:
    for clause in policy.clauses.values():
        assert re.search("[\u4e00-\u9fff]", clause.zh), clause.id
        assert not re.search("[\u4e00-\u9fff]", clause.en), clause.id
        assert len(clause.en) > 20, clause.id
    assert len({clause.text for clause in policy.clauses.values()}) == len(policy.clauses)


@pytest.mark.parametrize(("clause", "wording"), WORDING)
def test_a_clause_of_the_notice_has_the_words_that_decide(policy: Policy, clause: str, wording: str) -> None:
    assert wording in policy.clause(clause).zh


def test_a_value_of_the_notice_names_its_clause(policy: Policy) -> None:
    stated = [value for _, _, value in policy.pack.values() if value.status is Status.NOTICE]
    assert stated
    assert {policy.clause(str(value.clause)).document for value in stated} == {"notice"}


def test_what_no_document_says_is_marked_as_assumed(policy: Policy) -> None:
    sourced = Counter(value.status for _, _, value in policy.pack.values() if value.source == "assumption")
    assert set(sourced) == {Status.ASSUMED}


def test_the_notice_itself_is_cited_with_number_and_date(policy: Policy) -> None:
    notice = policy.document("notice")
    assert notice.number == "宁人社函〔2021〕22号"
    assert str(notice.issued) == "2021-02-23"


def test_an_unknown_document_or_clause_is_not_found(policy: Policy) -> None:
    with pytest.raises(UnknownDocument, match="no document"):
        policy.document("hearsay")
    with pytest.raises(UnknownDocument, match="no clause"):
        policy.clause("N9.9")


def test_the_version_carries_the_digest_of_the_bytes(policy: Policy, amend: Amend) -> None:
    amended = load_policy(amend("parameters.toml", "value = 80", "value = 81"))
    assert policy.version == f"{policy.head.version}+{policy.digest[:12]}"
    assert amended.head.version == policy.head.version
    assert amended.digest != policy.digest
    assert amended.version != policy.version


def test_the_same_bytes_have_the_same_version_wherever_they_lie(policy: Policy, amend: Amend) -> None:
    copy: Path = amend("pack.toml", 'city_en = "Nanjing"', 'city_en = "Nanjing"')
    assert load_policy(copy).version == policy.version


def test_an_entry_cannot_be_changed_after_loading(policy: Policy) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(policy.organ("320102"), "office", "elsewhere")  # noqa: B010 — mypy would refuse the plain form
