"""The words the notice routes by: who applies, for whom, under which conditions, and who does what."""

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A word of the field: its code, and how it reads in Chinese and in English."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:
        term = str.__new__(cls, code)
        term._value_ = code
        term.zh, term.en = zh, en
        return term

    @property
    def label(self) -> str:
        return f"{self.zh} · {self.en}"


class Category(Term):
    """机构类别: what kind of body applies."""

    CENTRAL_ENTERPRISE = "central_enterprise", "中央企业驻宁单位", "Central enterprise"
    PROVINCIAL_ENTERPRISE = "provincial_enterprise", "省属企业", "Provincial enterprise"
    MUNICIPAL_ENTERPRISE = "municipal_enterprise", "市属企业", "Municipal enterprise"
    LEADING_ENTERPRISE = "leading_enterprise", "地方龙头企业", "Local leading enterprise"
    TECHNICAL_SCHOOL = "technical_school", "技工院校", "Technical school"
    KEY_TECHNICAL_SCHOOL = "key_technical_school", "省重点以上技工院校", "Provincial key technical school"
    VOCATIONAL_SCHOOL = "vocational_school", "职业院校", "Vocational school"
    PROVINCIAL_ASSOCIATION = "provincial_association", "省级行业组织", "Provincial trade association"
    MUNICIPAL_ASSOCIATION = "municipal_association", "市级行业组织", "Municipal trade association"


ENTERPRISES = frozenset(
    {
        Category.CENTRAL_ENTERPRISE,
        Category.PROVINCIAL_ENTERPRISE,
        Category.MUNICIPAL_ENTERPRISE,
        Category.LEADING_ENTERPRISE,
    }
)
"""企业: which of them are enterprises (N1.1, N1.5)."""


class Audience(Term):
    """评价对象: whose skill is evaluated. Own staff includes dispatched labour (劳务派遣)."""

    OWN_STAFF = "own_staff", "本企业职工", "Own staff"
    OWN_STUDENTS = "own_students", "本院校学生", "Own students"
    PUBLIC = "public", "面向本市", "The public"


class FilingKind(Term):
    """备案类型: what a filing asks for; 增量 widens the scope and leaves the validity as it was."""

    INITIAL = "initial", "初始备案", "Initial filing"
    EXTENSION = "extension", "增量备案", "Extension of the scope"
    RENEWAL = "renewal", "续期备案", "Renewal"
    CHANGE = "change", "变更备案", "Change of particulars"


class Channel(Term):
    """受理渠道: how a case came in (N3.3). Online verification (网络核验) is for the public, not an intake."""

    DOOR_TO_DOOR = "door_to_door", "上门服务", "Door to door"
    ON_SITE_BATCH = "on_site_batch", "现场集中办理", "On-site batch"
    ONLINE = "online", "网上申报", "Online"
    PLEDGE = "pledge", "告知承诺", "Notification and pledge"
    PORTAL = "portal", "区级门户", "District portal"


class MediaKind(Term):
    """材料格式: as what a material may be handed in."""

    PDF = "pdf", "PDF文件", "PDF"
    IMAGE = "image", "图片", "Image"
    XLSX = "xlsx", "电子表格", "Spreadsheet"
    DOCX = "docx", "文字文档", "Text document"


class Attribute(Term):
    """前提: a fact about the applicant that a row of the routing table may require."""

    FIRST_FILING_IN_FORCE = "first_filing_in_force", "首次备案在效", "First filing in force"
    KEY_SCHOOL_EVIDENCE = "key_school_evidence", "省重点以上证明", "Evidence of a key school"
    NO_INSTITUTION_COVERS_OCCUPATION = (
        "no_institution_covers_occupation",
        "职业暂无机构承接",
        "No institution covers the occupation",
    )


class DutyKind(Term):
    """职责: what an organ has to do with a filing."""

    ASSESS = "assess", "评估", "assess"
    FILE = "file", "备案", "file"
    OPEN_ACCOUNT = "open_account", "开设账号", "open account"
    CONNECT = "connect", "配合对接", "connect"
    BE_COPIED = "be_copied", "抄报", "be copied"
    SUPERVISE_JOINTLY = "supervise_jointly", "协同监督", "supervise jointly"


class DutyOwner(Term):
    """Which tier a duty falls to; the district is the one responsible for the applicant (N2.0)."""

    PROVINCE = "province", "省", "province"
    CITY = "city", "市", "city"
    DISTRICT = "district", "区", "district"
    CITY_AND_DISTRICT = "city_and_district", "市、区", "city and district"


class Status(Term):
    """How sure a value is: said by the notice, found in another document, or assumed by this product."""

    NOTICE = "notice", "通知载明", "the notice"
    CITED = "cited", "其他文件", "cited"
    ASSUMED = "assumed", "假设", "assumed"
