"""Why a recovery refuses; each with its stable code."""

from shared.errors import Conflict, Invalid, NotFound


class UnknownRecovery(NotFound):
    """没有这件追回 · There is no such recovery."""

    code = "NJT-SUB-1801"


class NothingToRecover(Conflict):
    """所列各项没有可追回或可止付的 · Nothing of what is named can be recovered or stopped."""

    code = "NJT-SUB-1802"


class SeveralDebtors(Invalid):
    """所列各项分属不同单位、机关或资金，须分件追回 · What is named belongs to several debtors, organs or lines."""

    code = "NJT-SUB-1803"


class AtTheBank(Conflict):
    """款项已送银行，待回盘后再追回 · It is in the bank's hands; recover it after the bank's word."""

    code = "NJT-SUB-1804"


class RecoveryOutOfTurn(Conflict):
    """追回当前环节不能办理此事 · This cannot be done at the recovery's present stage."""

    code = "NJT-SUB-1805"


class AlreadyUnderRecovery(Conflict):
    """该项已在追回中 · An item named is being recovered already."""

    code = "NJT-SUB-1806"


class AskedTooMuch(Invalid):
    """追回金额超过该项尚未追回的部分 · More is asked than remains of what was paid for an item."""

    code = "NJT-SUB-1807"


class StatementUnanswered(Conflict):
    """陈述申辩尚未答复 · The debtor's statement is not answered yet."""

    code = "NJT-SUB-1808"


class StatementClosed(Conflict):
    """不在陈述申辩期内，或已经陈述、已经退款 · No statement is taken now: too late, made already, or repaid already."""

    code = "NJT-SUB-1809"


class NotFinal(Conflict):
    """陈述申辩期未满，通知尚未生效 · The notice is not final yet: the debtor may still state its case."""

    code = "NJT-SUB-1810"


class PlanDoesNotAddUp(Invalid):
    """分期合计或日期不符 · The instalments do not add up, or their dates do not hold."""

    code = "NJT-SUB-1811"


class OverPaid(Conflict):
    """金额超过应退余额，未入账 · More than is still due; nothing was booked."""

    code = "NJT-SUB-1812"


class ReferenceUsed(Conflict):
    """该银行流水号已登记为另一笔款项 · This bank reference stands for another sum already."""

    code = "NJT-SUB-1813"


class OffsetUnderway(Conflict):
    """部分款项正在抵扣，待回盘后再核销 · Part of it stands in payment orders; wait for the bank's word."""

    code = "NJT-SUB-1814"


class NoWriteOffProposed(Conflict):
    """尚未提出核销 · Nobody has proposed to write it off."""

    code = "NJT-SUB-1815"


class NoNotice(Conflict):
    """尚未发出追回通知 · No notice was issued yet."""

    code = "NJT-SUB-1816"


class CauseDoesNotHold(Invalid):
    """追回事由与所列各项不符 · The cause does not hold for what is named."""

    code = "NJT-SUB-1817"
