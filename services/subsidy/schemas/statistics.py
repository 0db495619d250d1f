"""Statistics as they are asked for and shown."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.domain.chains import NO_CHAIN, ChainList
from services.subsidy.domain.measure import MEASURES, NOTES, at, code_of, named, value_of
from services.subsidy.domain.statistic import Dimension, Line, Table, dimensions, period, text_of
from services.subsidy.handlers.statistics import AskStatistics
from services.subsidy.schemas.parts import OrganCode
from shared.policy import Audience, MoneyLine, Policy, Status
from shared.values import Level

BASIS = ("N1.3",)

Figure = int | Annotated[str, StringConstraints(pattern=r"^<[0-9]+$")] | None
"""A number; `<3` where it is of too few people to be shown; null where it does not apply."""
Family = Annotated[str, StringConstraints(pattern=r"^(1999|2015|2022):[1-8](-[0-9]{2}){3}$")]
ChainId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class StatisticsQuery(BaseModel):
    """What is asked; unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    by: str = Field(
        default="",
        max_length=80,
        description="维度，逗号分隔 · organ, occupation, level, chain, month, line, audience",
        examples=["organ,level"],
    )
    since: str | None = Field(
        default=None,
        alias="from",
        max_length=10,
        description="起始月份，默认为截止月份所在年的一月 · first month",
    )
    until: str | None = Field(
        default=None, max_length=10, description="截止月份，默认为本月 · last month", examples=["2024-12"]
    )
    organ: OrganCode | None = Field(default=None, description="该机关自身的 · of this organ itself")
    occupation: Family | None = Field(
        default=None, description="职业（含沿革）· with what it continues", examples=["2015:6-18-01-01"]
    )
    level: Level | None = None
    chain: ChainId | None = Field(default=None, description=f"产业链；{NO_CHAIN}：不属任何产业链 · on none")
    line: MoneyLine | None = None
    audience: Audience | None = None
    chains_on: date | None = Field(
        default=None,
        description="按该日有效的产业链名单，默认为所问末日 · whose day's list of chains counts; the last day asked about",
    )

    def made(self, organ: str | None, *, today: date) -> AskStatistics:
        """Raises UnknownDimension, NoSuchMonth or PeriodReversed."""
        given = {
            Dimension.ORGAN: self.organ,
            Dimension.OCCUPATION: self.occupation,
            Dimension.LEVEL: int(self.level) if self.level else None,
            Dimension.CHAIN: self.chain,
            Dimension.LINE: self.line and self.line.value,
            Dimension.AUDIENCE: self.audience and self.audience.value,
        }
        return AskStatistics(
            by=dimensions(self.by),
            months=period(self.since, self.until, today=today),
            only={each: value for each, value in given.items() if value is not None},
            organ=organ,
            chains_on=self.chains_on,
        )


class NamedValue(BaseModel):
    """A value of a dimension, and how it reads."""

    code: str | int
    name: str


class FiguresView(BaseModel):
    """The figures of a line; what each counts stands in `measures`."""

    people: Figure
    valid: Figure
    revoked: Figure
    unconfirmed: Figure
    claimed: Figure
    paid_people: Figure
    paid_certificates: Figure
    paid_fen: Figure
    uplifted_certificates: Figure
    uplifted_fen: Figure
    recovered_people: Figure
    recovered_fen: Figure

    @classmethod
    def of(cls, line: Line, table: Table) -> "FiguresView":
        return cls(**{each.key: value_of(each, line, table) for each in MEASURES})


class LineView(BaseModel):
    """Whom it is about, in the dimensions asked for, and the figures."""

    by: dict[Dimension, NamedValue]
    figures: FiguresView


class MeasureView(BaseModel):
    """What a figure counts."""

    key: str
    name: str
    note: str


class ChainListView(BaseModel):
    """By which list chains are told apart, and where that comes from."""

    since: date
    until: date | None
    source: str
    status: Status
    note: str

    @classmethod
    def of(cls, chains: ChainList, policy: Policy) -> "ChainListView":
        first = chains.chains[0]
        return cls(
            since=chains.since,
            until=chains.until,
            source=policy.document(first.source).label,
            status=first.status,
            note=first.note,
        )


class StatisticsView(BaseModel):
    """人才统计 (N1.3): as of when it was counted last."""

    as_of: datetime = Field(description="统计时点，其后的变动未计入 · what was done later is not in it")
    since: str = Field(alias="from", examples=["2024-01"])
    until: str = Field(examples=["2024-12"])
    territory: str = Field(description="统计范围的机关 · the organ whose territory it is about")
    only: dict[Dimension, str | int]
    rows: list[LineView]
    totals: FiguresView
    measures: list[MeasureView]
    chains: ChainListView | None = Field(
        description="产业链名单；空：所问末日无有效名单 · null: none was in force that day"
    )
    hidden_below: int | None = Field(
        description="少于该人数的数不显示；空：全部显示 · figures of fewer people are not shown; null: all are"
    )
    notes: list[str]
    policy_version: str
    basis: list[str]

    model_config = ConfigDict(populate_by_name=True)

    @classmethod
    def of(cls, table: Table, policy: Policy) -> "StatisticsView":
        question, answer = table.question, table.answer
        return cls(
            as_of=answer.counted.at,
            since=text_of(question.first),
            until=text_of(question.last),
            territory=question.territory,
            only=dict(question.only),
            rows=[
                LineView(by=_about(line, table, policy), figures=FiguresView.of(line, table))
                for line in answer.lines
            ],
            totals=FiguresView.of(answer.totals, table),
            measures=[
                MeasureView(key=each.key, name=f"{each.zh} · {each.en}", note=each.note) for each in MEASURES
            ],
            chains=ChainListView.of(question.chains, policy) if question.chains else None,
            hidden_below=table.least,
            notes=list(NOTES),
            policy_version=answer.counted.policy_version,
            basis=list(BASIS),
        )


def _about(line: Line, table: Table, policy: Policy) -> dict[Dimension, Any]:
    values = {each: at(line.place, each) for each in table.question.by}
    return {
        each: NamedValue(code=code_of(each, value), name=named(each, value, policy))
        for each, value in values.items()
    }
