"""Why supervision refuses; each with its stable code."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class UnknownInstitution(NotFound):
    """没有这家评价机构 · There is no such institution."""

    code = "NJT-SUP-1001"


class UnknownPlan(NotFound):
    """没有这份评价计划 · There is no such evaluation plan."""

    code = "NJT-SUP-1002"


class UnknownInspection(NotFound):
    """没有这次督导 · There is no such inspection."""

    code = "NJT-SUP-1003"


class UnknownRectification(NotFound):
    """没有这件整改 · There is no such rectification."""

    code = "NJT-SUP-1004"


class UnknownSanction(NotFound):
    """没有这项处理 · There is no such sanction."""

    code = "NJT-SUP-1005"


class EvaluationSuspended(Conflict):
    """机构已被暂停评价 · The institution may not evaluate just now."""

    code = "NJT-SUP-1006"


class OutsideScope(Conflict):
    """超出核定的评价范围 · Outside the scope the institution may evaluate."""

    code = "NJT-SUP-1007"


class OutsideValidity(Conflict):
    """不在备案有效期内 · The filing is not in force on that day."""

    code = "NJT-SUP-1008"


class PlannedTooSoon(Conflict):
    """评价计划未按时提前提交 · The plan comes too late before its day."""

    code = "NJT-SUP-1009"


class NotTheSupervisingOrgan(Forbidden):
    """不是该机构的督导机关 · Your organ does not supervise this institution."""

    code = "NJT-SUP-1010"


class TooFewSupervisors(Invalid):
    """督导人员不足或重复 · Too few supervisors are named, or one twice."""

    code = "NJT-SUP-1011"


class NotYetVisited(Conflict):
    """尚未到督导日期 · The day of the visit has not come."""

    code = "NJT-SUP-1012"


class NoFindings(Conflict):
    """没有发现问题，无需整改 · Nothing was found that could be rectified."""

    code = "NJT-SUP-1013"


class AlreadyOrdered(Conflict):
    """已就本次督导下达整改 · Rectification was ordered for this inspection already."""

    code = "NJT-SUP-1014"


class OutOfTurn(Conflict):
    """当前环节不能办理此事 · This cannot be done at the rectification's present stage."""

    code = "NJT-SUP-1015"


class NotYetDue(Conflict):
    """整改期限未满 · The deadline of the rectification has not passed."""

    code = "NJT-SUP-1016"


class SanctionInForce(Conflict):
    """该机构已在暂停期内 · The institution is under a sanction already."""

    code = "NJT-SUP-1017"


class SampleTooSmall(Invalid):
    """抽查比例低于规定 · The sample is smaller than required."""

    code = "NJT-SUP-1018"


class NoLongerOnRecord(Conflict):
    """机构已不在册，不得评价 · The institution is on record no more and may not evaluate."""

    code = "NJT-SUP-1019"


class AlreadyHeld(Conflict):
    """该评价计划已登记实施 · This plan's evaluation was recorded already."""

    code = "NJT-SUP-1020"


class NotHeldThen(Conflict):
    """实施日期应在计划日期与今日之间 · The day held lies between the planned day and today."""

    code = "NJT-SUP-1021"


class NotSanctioned(Conflict):
    """该整改未引起暂停评价 · No suspension is in force over this rectification."""

    code = "NJT-SUP-1022"


class RevocationTooSoon(Conflict):
    """暂停未满期限，不能责令取消备案 · The suspension has not lasted long enough to revoke the filing."""

    code = "NJT-SUP-1023"


class AlreadyRevoked(Conflict):
    """已责令取消备案 · The filing was ordered to be revoked already."""

    code = "NJT-SUP-1024"
