"""Why filing refuses; each with its stable code."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class UnknownFiling(NotFound):
    """没有这件备案申请 · There is no such filing."""

    code = "NJT-FIL-1001"


class UnknownInstitution(NotFound):
    """没有这家评价机构 · There is no such institution."""

    code = "NJT-FIL-1002"


class FiledElsewhere(Conflict):
    """不由区市受理 · This is assessed and filed by the province."""

    code = "NJT-FIL-1003"


class NotEvaluated(Conflict):
    """该职业(工种)等级不在评价范围 · This occupation and level is not evaluated."""

    code = "NJT-FIL-1004"


class MaterialsIncomplete(Conflict):
    """备案材料不齐 · Materials are missing."""

    code = "NJT-FIL-1005"


class OutOfTurn(Conflict):
    """当前环节不能办理此事 · This cannot be done at the filing's present stage."""

    code = "NJT-FIL-1006"


class NotTheHandlingOrgan(Forbidden):
    """不是本件的经办机关 · Your organ does not handle this filing."""

    code = "NJT-FIL-1007"


class PublicityRunning(Conflict):
    """公示期未满 · The publicity period is not over."""

    code = "NJT-FIL-1009"


class AlreadyOnRecord(Conflict):
    """该机构已就此评价对象备案 · This body is already on record for this audience."""

    code = "NJT-FIL-1010"


class UnknownMaterial(Invalid):
    """材料种类不在清单内 · No such kind of material is asked for."""

    code = "NJT-FIL-1012"


class NotPledgeable(Conflict):
    """该材料不适用告知承诺 · This material cannot be pledged."""

    code = "NJT-FIL-1013"


class NotSuspended(Conflict):
    """机构未被暂停 · The institution is not suspended."""

    code = "NJT-FIL-1014"


class NotFiledByProvince(Conflict):
    """该类机构不由省级备案 · The province does not file this kind of body."""

    code = "NJT-FIL-1015"


class NotResponsible(Conflict):
    """该机关不是区或园区经办机关 · This organ is no district or park."""

    code = "NJT-FIL-1017"


class BadValidity(Invalid):
    """有效期有误 · The period of validity is not valid."""

    code = "NJT-FIL-1016"


class AlreadyCorrected(Conflict):
    """补正已一次性告知 · Corrections were asked for already."""

    code = "NJT-FIL-1018"


class NothingToCorrect(Invalid):
    """补正事项有误 · What is to be corrected is not named."""

    code = "NJT-FIL-1019"


class NotMarked(Conflict):
    """不在补正范围 · This was not marked for correction."""

    code = "NJT-FIL-1020"


class ObjectionOpen(Conflict):
    """异议核查未结 · An objection is still under investigation."""

    code = "NJT-FIL-1021"


class UnknownObligation(NotFound):
    """没有这项待办 · There is no such obligation."""

    code = "NJT-FIL-1022"


class NotOwedByYou(Forbidden):
    """不由您的机关承办 · Your organ does not owe this."""

    code = "NJT-FIL-1023"


class ObligationSettled(Conflict):
    """该事项已办结 · Nothing is owed any more."""

    code = "NJT-FIL-1024"


class Ended(Conflict):
    """该机构已不在册 · The institution is on record no more."""

    code = "NJT-FIL-1025"


class NothingToAmend(Conflict):
    """没有可变更的在册机构 · There is nothing on record to amend."""

    code = "NJT-FIL-1026"


class NotOfThisKind(Conflict):
    """此类备案不办理该事项 · A filing of this kind does not change that."""

    code = "NJT-FIL-1031"


class TooManySites(Invalid):
    """考核点超过上限 · There are more assessment sites than may be named."""

    code = "NJT-FIL-1032"


class BeingHandled(Conflict):
    """该机构就此评价对象已有在办备案申请 · A filing of this body for this audience is being handled already."""

    code = "NJT-FIL-1033"


class NotRenewable(Conflict):
    """不符合续期条件 · The conditions for renewal are not met."""

    code = "NJT-FIL-1027"


class Banned(Conflict):
    """移出名录后限制期未满 · The time without a new filing after removal is not over."""

    code = "NJT-FIL-1028"


class NotByHand(Conflict):
    """该事项由系统办结 · This is not reported by hand; it is settled by what happens."""

    code = "NJT-FIL-1029"


class AlreadyCovered(Conflict):
    """该职业已有机构承接 · Another institution covers this occupation already."""

    code = "NJT-FIL-1030"
