"""Experts: what officers enter of them, and what they see."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.expert import Expert
from services.filing.schemas.parts import Body, Line, OptionalLine, OrganCode
from shared.http.work import View
from shared.values import Edition, Occupation, OccupationCode, Uscc

Login = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")]


class OccupationBody(Body):
    """An occupation of one edition of the catalogue."""

    edition: Edition
    code: OccupationCode


Occupations = Annotated[tuple[OccupationBody, ...], Field(max_length=500)]
Recusals = Annotated[frozenset[Uscc], Field(max_length=500)]


class NewExpert(Body):
    """An expert for your own organ's roster."""

    organ: OrganCode = Field(description="聘请机关，须为本机关 · your own organ", examples=["320115"])
    name: Line
    employer: OptionalLine = Field(default="", description="任职单位 · employer")
    employer_uscc: Uscc | None = None
    subject: Login | None = Field(
        default=None, description="专家自己的登录名，没有则由经办录入纸质评分表 · the expert's own login"
    )
    occupations: Occupations = ()
    recused_from: Recusals = Field(
        default=frozenset(), description="声明回避的单位 · bodies it has declared it will not assess"
    )

    def made(self) -> dict[str, Any]:
        """What the expert is appointed with."""
        given = self.model_dump(exclude={"occupations"})
        return {**given, "occupations": _occupations(self.occupations)}


class ExpertChanges(Body):
    """What is to be changed of an expert; leave out what stays."""

    name: Line = ""
    employer: OptionalLine = ""
    employer_uscc: Uscc | None = None
    subject: Login | None = None
    occupations: Occupations = ()
    recused_from: Recusals = frozenset()
    active: bool = Field(default=True, description="不再聘请则为 false · false once it serves no more")

    def made(self) -> dict[str, Any]:
        """The fields that were given, null where one is to be emptied."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "occupations" in given:
            given["occupations"] = _occupations(self.occupations)
        return given


class OccupationView(BaseModel):
    """An occupation of one edition of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    edition: Edition
    code: OccupationCode


class ExpertView(View):
    """An expert as officers see it."""

    organ: str
    name: str
    employer: str
    employer_uscc: Uscc | None
    subject: str | None
    occupations: list[OccupationView]
    recused_from: list[Uscc]
    active: bool

    @classmethod
    def of(cls, expert: Expert) -> "ExpertView":
        ordered = sorted(expert.occupations, key=lambda each: (each.edition, each.code))
        views = [OccupationView.model_validate(each) for each in ordered]
        lists = {"occupations": views, "recused_from": sorted(expert.recused_from)}
        rest = {name: getattr(expert, name) for name in cls.model_fields if name not in lists}
        return cls(**rest, **lists)


def _occupations(given: tuple[OccupationBody, ...]) -> frozenset[Occupation]:
    return frozenset(Occupation(each.edition, each.code) for each in given)
