"""Certificates, their series and their public verification, as they are asked for and shown."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.domain.certificate import (
    Certificate,
    CertificateState,
    Mark,
    Origin,
    Verification,
)
from services.subsidy.domain.serials import Series
from services.subsidy.holders import ShownHolder
from services.subsidy.schemas.parts import Body
from shared.contracts.queries import (
    AnyNumber,
)
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.values import Level, StationCode, Uscc


class HolderView(BaseModel):
    """Whose certificate it is, masked."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["张*"])
    id: str = Field(examples=["320*************2X"])


class CertificateView(View):
    """A certificate on record."""

    number: AnyNumber
    holder: HolderView
    institution_id: UUID
    uscc: Uscc
    organ: str
    item: ScopeItem
    issued_on: date
    evaluated_on: date
    origin: Origin
    state: CertificateState
    marks: tuple[Mark, ...] = Field(
        description="入库核对提示，不是结论 · noticed on entry; signals, no findings"
    )
    differs: tuple[str, ...] = Field(description="与省级数据不符的项目 · fields the province has otherwise")
    revoked_on: date | None

    @classmethod
    def of(cls, certificate: Certificate, holder: ShownHolder) -> "CertificateView":
        return cls(
            id=certificate.id,
            version=certificate.version,
            number=certificate.number,
            holder=HolderView.model_validate(holder),
            institution_id=certificate.institution_id,
            uscc=certificate.uscc,
            organ=certificate.organ,
            item=certificate.item,
            issued_on=certificate.issued_on,
            evaluated_on=certificate.evaluated_on,
            origin=certificate.origin,
            state=certificate.state,
            marks=certificate.marks,
            differs=certificate.differs,
            revoked_on=certificate.revoked_on,
        )


class GapView(BaseModel):
    """A run of serials nothing on record has."""

    model_config = ConfigDict(from_attributes=True)

    first: int
    last: int
    missing: int


class SeriesView(BaseModel):
    """The serials of one level."""

    model_config = ConfigDict(from_attributes=True)

    level: Level
    on_record: int
    last: int = Field(description="已见最大序号 · the highest serial on record")
    missing: int = Field(description="缺号总数 · all that are missing below it")
    gaps: tuple[GapView, ...] = Field(description="缺号区间，至多 500 段 · at most 500 runs")
    duplicated: tuple[int, ...] = Field(description="被用于不同持证人的序号 · handed in for different people")


class GapsView(BaseModel):
    """编号缺号与重号: a signal to look at; batches may still be on their way."""

    station: StationCode
    year: int
    series: tuple[SeriesView, ...]

    @classmethod
    def of(cls, station: StationCode, year: int, series: list[Series]) -> "GapsView":
        return cls(
            station=station, year=year, series=tuple(SeriesView.model_validate(each) for each in series)
        )


class VerificationBody(Body):
    """The number and name as they stand on the certificate."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=40)] = Field(
        description="证书编号 · the whole number"
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(
        description="持证人姓名 · the holder's name"
    )


class VerificationView(BaseModel):
    """All that is said; a wrong name and an unknown number are one answer."""

    result: Verification
