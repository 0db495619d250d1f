"""The service network: what its organs send, and what they and everybody see of it."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.office import Office, PublicOffice
from services.filing.domain.officer import Leave, Officer, Recusal
from services.filing.handlers.network import AppointOfficer, OpenOffice
from services.filing.schemas.parts import Body, Day, Line, OptionalLine, OrganCode, Text
from shared.http.work import PageView, View
from shared.policy import Channel, Organ, OrganKind
from shared.values import Uscc

Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{5,30}$")]
Login = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")]
Channels = Annotated[frozenset[Channel], Field(min_length=1)]


class _Changes(Body):
    """What is to be changed; leave out what stays."""

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self if value is not None}


class NewOffice(Body):
    """经办点 · where an organ serves, its working group, its line and hours, and through which channels."""

    organ: OrganCode = Field(examples=["320115"])
    name: Line
    working_group: Line = Field(description="工作组 · working group", examples=["职业技能等级认定工作组"])
    address: Line
    phone: Phone = Field(description="办公电话 · the office's line", examples=["025-00000000"])
    hours: Line = Field(description="办公时间 · hours", examples=["工作日 9:00–12:00，13:30–17:00"])
    channels: Channels = Field(description="服务渠道 · channels (N3.3)")
    valid_from: Day
    valid_until: Day | None = None

    def made(self) -> OpenOffice:
        return OpenOffice(**dict(self))


class OfficeChanges(_Changes):
    """What is to be changed of an office; it is closed by naming its last day."""

    name: Line | None = None
    working_group: Line | None = None
    address: Line | None = None
    phone: Phone | None = None
    hours: Line | None = None
    channels: Channels | None = None
    valid_until: Day | None = None


class OfficeView(View):
    """An office as its organ keeps it."""

    organ: str
    name: str
    working_group: str
    address: str
    phone: str
    hours: str
    channels: tuple[Channel, ...]
    valid_from: date
    valid_until: date | None

    @classmethod
    def of(cls, office: Office) -> "OfficeView":
        return cls.model_validate({**vars(office), "channels": tuple(sorted(office.channels))})


class NewOfficer(Body):
    """经办人 · who handles cases at an office, under which login."""

    office_id: UUID
    name: Line
    subject: Login = Field(description="登录名，即令牌的 sub · the login's name, as in the token")
    duties: OptionalLine = ""
    public_name: bool = Field(default=False, description="姓名可公开 · the name may be shown to everybody")

    def made(self) -> AppointOfficer:
        return AppointOfficer(**dict(self))


class OfficerChanges(_Changes):
    """What is to be changed of an officer; whoever is not active any more hands over."""

    office_id: UUID | None = None
    name: Line | None = None
    duties: OptionalLine | None = None
    public_name: bool | None = None
    active: bool | None = None


class LeaveBody(Body):
    """请假 · the first and the last day, and who takes over; without a deputy each case goes to whoever has fewest."""

    first: Day
    last: Day
    deputy_id: UUID | None = None

    def made(self) -> Leave:
        return Leave(**dict(self))


class RecusalBody(Body):
    """回避 · from whose cases, and why."""

    uscc: Uscc
    reason: Text

    def made(self) -> Recusal:
        return Recusal(**dict(self))


class OfficerView(View):
    """An officer as its organ keeps it."""

    organ: str
    office_id: UUID
    name: str
    subject: str
    duties: str
    public_name: bool
    active: bool
    leave: LeaveBody | None
    recusals: tuple[RecusalBody, ...]

    @classmethod
    def of(cls, officer: Officer) -> "OfficerView":
        return cls.model_validate(officer)


class OfficerRow(OfficerView):
    """An officer in a list, with the number of cases in hand."""

    open_cases: int


class OfficersPage(PageView[OfficerRow]):
    """A page of officers, and how many cases in hand nobody has."""

    unassigned: int


class PublicOfficeView(BaseModel):
    """An office as everybody sees it; officers only where their name may be shown."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    working_group: str
    address: str
    phone: str
    hours: str
    channels: tuple[Channel, ...]
    officers: tuple[str, ...]


class PublicOrganView(BaseModel):
    """An organ of the network with its offices."""

    code: str
    name: str
    kind: OrganKind
    parent: str | None
    offices: tuple[PublicOfficeView, ...]

    @classmethod
    def of(cls, organ: Organ, offices: Iterable[PublicOffice]) -> "PublicOrganView":
        return cls(
            code=organ.code,
            name=organ.name,
            kind=organ.kind,
            parent=organ.parent,
            offices=tuple(
                PublicOfficeView.model_validate(each) for each in offices if each.organ == organ.code
            ),
        )


class ServiceNetworkView(BaseModel):
    """全市业务经办服务网络 · the city-wide service network (N3.2)."""

    organs: tuple[PublicOrganView, ...]
