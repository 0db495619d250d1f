"""Why subsidy refuses; each with its stable code."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class UnknownClaim(NotFound):
    """没有这件补贴申领 · There is no such claim."""

    code = "NJT-SUB-1001"


class UnknownCertificate(NotFound):
    """没有这份证书 · There is no such certificate."""

    code = "NJT-SUB-1002"


class UnknownInstitution(NotFound):
    """没有这家评价机构 · There is no such institution."""

    code = "NJT-SUB-1003"


class FaultyCertificates(Invalid):
    """证书数据有误，整批退回 · Some certificates are at fault; the whole batch is refused."""

    code = "NJT-SUB-1004"


class AlreadyClaimed(Conflict):
    """证书或持证人同时被另一申领占用，请重试 · Another claim was first just now; try again."""

    code = "NJT-SUB-1005"


class InstitutionSuspended(Conflict):
    """机构已被暂停，不受理补贴申领 · The institution is suspended; its claims are not taken."""

    code = "NJT-SUB-1006"


class InstitutionRevoked(Conflict):
    """机构备案已被取消，不受理补贴申领 · The institution's filing was revoked; its claims are not taken."""

    code = "NJT-SUB-1015"


class ClaimIsFrozen(Conflict):
    """申领已冻结 · The claim is frozen."""

    code = "NJT-SUB-1007"


class OutOfTurn(Conflict):
    """当前环节不能办理此事 · This cannot be done at the claim's present stage."""

    code = "NJT-SUB-1008"


class NotTheHandlingOrgan(Forbidden):
    """不是本件的经办机关 · Your organ does not handle this claim."""

    code = "NJT-SUB-1009"


class SamePerson(Forbidden):
    """审核与发放须由不同人员办理 · Whoever reviewed a claim may not pay it."""

    code = "NJT-SUB-1010"


class ReasonMissing(Invalid):
    """不予通过须写明理由 · A claim is not declined without a reason."""

    code = "NJT-SUB-1011"


class RepeatedCertificate(Invalid):
    """同一证书列了多次 · A certificate is listed more than once."""

    code = "NJT-SUB-1012"


class CertificateKnown(Conflict):
    """证书编号已在册 · A certificate with this number is on record already."""

    code = "NJT-SUB-1013"
