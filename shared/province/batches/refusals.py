"""Why a batch is not made or not taken in; what is wrong with one of its messages stands in its row."""

from shared.errors import Conflict, Invalid, NotFound


class NothingToCarry(Conflict):
    """没有可带出的报文 · There is nothing to carry."""

    code = "NJT-EXC-1040"


class NotABatch(Invalid):
    """不是交换批次文件 · This is no batch file."""

    code = "NJT-EXC-1041"


class BatchAltered(Invalid):
    """批次内容与清单不符 · The messages are not those that the manifest tells of."""

    code = "NJT-EXC-1042"


class ManifestNotSigned(Invalid):
    """清单签名缺失或不符 · The manifest's signature is missing or does not hold."""

    code = "NJT-EXC-1043"


class OtherReceiver(Invalid):
    """批次不属于本系统 · The batch is for somebody else."""

    code = "NJT-EXC-1044"


class SameBatchOtherContent(Conflict):
    """同一批次号对应不同内容 · The same batch id with other content."""

    code = "NJT-EXC-1045"


class ImportRunning(Conflict):
    """另一批次正在导入，请稍候 · Another batch is being imported; wait for it."""

    code = "NJT-EXC-1046"


class UnknownBatch(NotFound):
    """没有这个批次 · There is no such batch."""

    code = "NJT-EXC-1047"


class FileNotKept(NotFound):
    """只保存导出的批次文件 · Only the files of exported batches are kept."""

    code = "NJT-EXC-1048"
