"""Why an uploaded file is not taken in."""

from shared.errors import Invalid, TooLarge


class TypeNotAllowed(Invalid):
    """不接受此类文件 · Files of this kind are not accepted."""

    code = "NJT-OBJ-1001"


class OldOfficeFile(Invalid):
    """旧版或加密的 Office 文件 · An Office file of the old format, or an encrypted one."""

    code = "NJT-OBJ-1002"


class Executable(Invalid):
    """可执行文件 · A program."""

    code = "NJT-OBJ-1003"


class Archive(Invalid):
    """压缩包 · An archive."""

    code = "NJT-OBJ-1004"


class Mislabelled(Invalid):
    """文件扩展名与内容不符 · The file name's extension does not fit the content."""

    code = "NJT-OBJ-1005"


class EmptyFile(Invalid):
    """文件为空 · The file is empty."""

    code = "NJT-OBJ-1006"


class FileTooLarge(TooLarge):
    """文件过大 · The file is too large."""

    code = "NJT-OBJ-1007"


class EncryptedPdf(Invalid):
    """PDF 已加密 · The PDF is encrypted."""

    code = "NJT-OBJ-1008"


class ActivePdf(Invalid):
    """PDF 含脚本、附件或可执行动作 · The PDF holds scripts, attachments or actions."""

    code = "NJT-OBJ-1009"


class UnreadablePdf(Invalid):
    """PDF 不完整或无法检查 · The PDF is incomplete or cannot be examined."""

    code = "NJT-OBJ-1010"


class Polyglot(Invalid):
    """文件同时是另一种文件 · The file is one of another kind at the same time."""

    code = "NJT-OBJ-1011"


class TooManyPixels(Invalid):
    """图片尺寸过大 · The image has too many pixels."""

    code = "NJT-OBJ-1012"


class DamagedImage(Invalid):
    """图片已损坏 · The image is damaged."""

    code = "NJT-OBJ-1013"


class DamagedOfficeFile(Invalid):
    """Office 文件已损坏或已加密 · The Office file is damaged or encrypted."""

    code = "NJT-OBJ-1014"


class TooMuchInside(Invalid):
    """解压后内容过大 · Unpacked, the file is too large."""

    code = "NJT-OBJ-1015"


class ActiveOfficeFile(Invalid):
    """Office 文件含宏、嵌入对象或外部模板 · The Office file holds macros, embedded objects or an outside template."""

    code = "NJT-OBJ-1016"


class BadFileName(Invalid):
    """文件名不合规 · The file name is not acceptable."""

    code = "NJT-OBJ-1017"
