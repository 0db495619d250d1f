"""The notice and its parameters as data: routing, organs, rates, catalogue, calendar of one city."""

from shared.policy.loader import load_policy
from shared.policy.materials import MaterialKind
from shared.policy.money import MoneyLine, NoRate, Rate, RateTable, ShortageEntry, ShortageList, Uplift
from shared.policy.occupations import Chain, LicensedTrade, OccupationEntry, RateClass, UnknownOccupation
from shared.policy.organs import Organ, OrganKind, UnknownOrgan
from shared.policy.pack import PolicyError, Problem
from shared.policy.parameters import Parameter, Unit, UnknownParameter
from shared.policy.policy import Policy
from shared.policy.provenance import Clause, Document, Provenance, UnknownDocument
from shared.policy.releases import Released
from shared.policy.routing import Duty, Exclusion, NotRoutable, Routing, RoutingRow, decide_routing
from shared.policy.rubric import NoRubric, Rubric, RubricBlock, RubricItem
from shared.policy.terms import (
    ENTERPRISES,
    Attribute,
    Audience,
    Category,
    Channel,
    DutyKind,
    DutyOwner,
    FilingKind,
    MediaKind,
    Status,
)
from shared.policy.working_days import WorkingCalendar, months_after

__all__ = [
    "ENTERPRISES",
    "Attribute",
    "Audience",
    "Category",
    "Chain",
    "Channel",
    "Clause",
    "Document",
    "Duty",
    "DutyKind",
    "DutyOwner",
    "Exclusion",
    "FilingKind",
    "LicensedTrade",
    "MaterialKind",
    "MediaKind",
    "MoneyLine",
    "NoRate",
    "NoRubric",
    "NotRoutable",
    "OccupationEntry",
    "Organ",
    "OrganKind",
    "Parameter",
    "Policy",
    "PolicyError",
    "Problem",
    "Provenance",
    "Rate",
    "RateClass",
    "RateTable",
    "Released",
    "Routing",
    "RoutingRow",
    "Rubric",
    "RubricBlock",
    "RubricItem",
    "ShortageEntry",
    "ShortageList",
    "Status",
    "Unit",
    "UnknownDocument",
    "UnknownOccupation",
    "UnknownOrgan",
    "UnknownParameter",
    "Uplift",
    "WorkingCalendar",
    "decide_routing",
    "load_policy",
    "months_after",
]
