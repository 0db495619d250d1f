"""Why a whole file is refused; what is wrong in one row is never an exception but stands in the row."""

from shared.errors import Invalid


class SheetRefused(Invalid):
    """表格文件未被接受 · The spreadsheet was refused."""

    code = "NJT-SHT-1000"


class EmptyFile(SheetRefused):
    """文件是空的 · The file is empty."""

    code = "NJT-SHT-1001"


class FileTooLarge(SheetRefused):
    """文件过大 · The file is too large."""

    code = "NJT-SHT-1002"


class UnknownFormat(SheetRefused):
    """文件既不是 XLSX 也不是 CSV · The file is neither XLSX nor CSV."""

    code = "NJT-SHT-1003"


class OldWorkbook(SheetRefused):
    """旧版 .xls 文件，请另存为 .xlsx · An old .xls file; save it as .xlsx."""

    code = "NJT-SHT-1004"


class EncryptedWorkbook(SheetRefused):
    """文件设有打开密码，请取消后重新上传 · The file is locked by a password; remove it and upload again."""

    code = "NJT-SHT-1005"


class DamagedArchive(SheetRefused):
    """压缩包损坏或结构异常 · The ZIP archive is damaged or put together in an unusual way."""

    code = "NJT-SHT-1010"


class TooManyEntries(SheetRefused):
    """压缩包内文件过多 · The archive holds too many files."""

    code = "NJT-SHT-1011"


class UnpacksTooLarge(SheetRefused):
    """压缩包解开后过大 · The archive unpacks to too much."""

    code = "NJT-SHT-1012"


class OverlappingEntries(SheetRefused):
    """压缩包内文件相互重叠 · Files in the archive overlap."""

    code = "NJT-SHT-1013"


class UnsafeEntryName(SheetRefused):
    """压缩包内文件名不安全 · A file in the archive has an unsafe name."""

    code = "NJT-SHT-1014"


class NestedArchive(SheetRefused):
    """压缩包内含另一个压缩包 · The archive holds another archive."""

    code = "NJT-SHT-1015"


class UnreadableEntry(SheetRefused):
    """压缩包内文件加密或压缩方式不支持 · A file in the archive is encrypted or packed in an unsupported way."""

    code = "NJT-SHT-1016"


class SizesDisagree(SheetRefused):
    """压缩包声明的大小与实际不符 · The sizes the archive declares are not the real ones."""

    code = "NJT-SHT-1017"


class ActiveContent(SheetRefused):
    """文件含宏或嵌入对象 · The file holds macros or embedded objects."""

    code = "NJT-SHT-1020"


class ExternalContent(SheetRefused):
    """文件含外部链接、数据连接或 DDE · The file holds external links, data connections or DDE."""

    code = "NJT-SHT-1021"


class NotAWorkbook(SheetRefused):
    """压缩包不是 XLSX 工作簿 · The archive is not an XLSX workbook."""

    code = "NJT-SHT-1022"


class DamagedWorkbook(SheetRefused):
    """工作簿内容损坏或写法异常，请用 Excel 或 WPS 另存后上传 · Damaged or unusual; save it again with Excel or WPS."""

    code = "NJT-SHT-1023"


class TextTooLarge(SheetRefused):
    """表格文字总量过大 · The sheet holds too much text."""

    code = "NJT-SHT-1024"


class WrongTemplate(SheetRefused):
    """不是本业务的模板 · Not made from this template."""

    code = "NJT-SHT-1030"


class OtherVersion(SheetRefused):
    """模板版本不符，请下载现行模板 · Another version of the template; download the current one."""

    code = "NJT-SHT-1031"


class UnexpectedSheet(SheetRefused):
    """多出一个有内容的工作表 · There is one more sheet with content."""

    code = "NJT-SHT-1032"


class HeadersDiffer(SheetRefused):
    """表头与模板不一致 · The header row differs from the template's."""

    code = "NJT-SHT-1033"


class NoRows(SheetRefused):
    """表中没有数据行 · There are no rows of data."""

    code = "NJT-SHT-1034"


class TooManyRows(SheetRefused):
    """行数超出上限 · Too many rows."""

    code = "NJT-SHT-1035"


class TooManyColumns(SheetRefused):
    """列数超出上限 · Too many columns."""

    code = "NJT-SHT-1036"


class MergedCells(SheetRefused):
    """表中有合并单元格，请取消合并 · There are merged cells; unmerge them."""

    code = "NJT-SHT-1037"


class Formulas(SheetRefused):
    """表中有公式，请粘贴为数值 · There are formulas; paste them as values."""

    code = "NJT-SHT-1038"


class UnknownEncoding(SheetRefused):
    """CSV 编码须为 UTF-8 或 GB18030 · A CSV file must be UTF-8 or GB18030."""

    code = "NJT-SHT-1040"


class DamagedCsv(SheetRefused):
    """CSV 内容不完整或引号不配对 · The CSV is incomplete or its quotes do not match."""

    code = "NJT-SHT-1041"


class CellTooLong(SheetRefused):
    """单元格文字超出 Excel 上限 · A cell's text is longer than Excel can hold."""

    code = "NJT-SHT-1050"
