"""The spreadsheets of claims and payment: what an institution claims for, the file for the bank, and its result."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from io import StringIO
from uuid import UUID

from services.subsidy.domain.fact import Tie
from services.subsidy.domain.payee import BankAccount
from services.subsidy.domain.payment import Batch, Order, ResultDoesNotAddUp, ResultLine
from services.subsidy.domain.upload import Sheet
from shared.errors import Invalid
from shared.sheets.cells import Cell
from shared.sheets.delimited import escaped
from shared.sheets.exporting import workbook
from shared.sheets.layout import Choice, Column, Kind, SheetLayout
from shared.values import Fen

VERSION = 1
_NUMBER, _NAME, _ORDER, _AMOUNT, _REASON, _REFERENCE = 22, 60, 36, 20, 200, 60

CLAIM = SheetLayout(
    "subsidy.claim",
    VERSION,
    (
        Column(
            key="number",
            zh="证书编号",
            en="Certificate number",
            kind=Kind.CODE,
            required=True,
            max_length=_NUMBER,
            width=28,
            note="以文本输入 · as text",
        ),
        Column(
            key="holder_name",
            zh="姓名",
            en="Name",
            required=True,
            max_length=_NAME,
            note="与证书核对 · checked against the certificate",
        ),
        Column(
            key="employment",
            zh="用工关系",
            en="Tie",
            kind=Kind.CHOICE,
            required=True,
            choices=tuple(Choice(each.value, each.zh) for each in Tie),
            width=26,
        ),
    ),
)

RESULT = SheetLayout(
    "subsidy.bank-result",
    VERSION,
    (
        Column(
            key="order", zh="指令号", en="Order", kind=Kind.CODE, required=True, max_length=_ORDER, width=38
        ),
        Column(
            key="amount",
            zh="金额（元）",
            en="Amount in yuan",
            required=True,
            max_length=_AMOUNT,
            note="如 1500.00，以文本输入 · as text",
        ),
        Column(
            key="outcome",
            zh="结果",
            en="Outcome",
            kind=Kind.CHOICE,
            required=True,
            choices=(Choice("paid", "成功"), Choice("returned", "退票")),
        ),
        Column(key="reason", zh="退票原因", en="Why returned", max_length=_REASON),
        Column(key="on", zh="日期", en="Date", kind=Kind.DATE, required=True),
        Column(key="reference", zh="银行流水号", en="Bank reference", kind=Kind.CODE, max_length=_REFERENCE),
    ),
)

_BANK_FILE = SheetLayout(
    "subsidy.bank-file",
    VERSION,
    (
        Column(key="order", zh="指令号", en="Order", width=38),
        Column(key="name", zh="户名", en="Account name", width=32),
        Column(key="bank", zh="开户行", en="Bank", width=32),
        Column(key="number", zh="账号", en="Account number", width=28),
        Column(key="amount", zh="金额（元）", en="Amount in yuan"),
        Column(key="offset", zh="已抵扣（元）", en="Kept back in yuan", note="不付 · not transferred"),
        Column(key="certificates", zh="证书数", en="Certificates", kind=Kind.INTEGER),
        Column(key="pay_on", zh="付款日", en="Pay on", kind=Kind.DATE),
    ),
)

Payable = tuple[Order, BankAccount]


def plain_yuan(amount: Fen) -> str:
    """`1500.00`, as a bank reads it."""
    return f"{amount // 100}.{amount % 100:02d}"


def bank_csv(batch: Batch, payables: Sequence[Payable]) -> bytes:
    """The file for the bank: a header, a line for each order, and a trailer.

    A line ends with the amount to be transferred, the number of certificates, and what was kept back to offset
    recoveries, which is not transferred and in no total. The layout is our own and assumed: no bank's is at hand. The
    trailer holds count, total, and the SHA-256 of every byte before it, so that a file that lost or changed a line is
    found out.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["H", batch.number, batch.organ, batch.line.value, batch.pay_on.isoformat()])
    for place, (order, account) in enumerate(payables, 1):
        named = [escaped(text) for text in (account.name, account.bank, account.number)]
        money = plain_yuan(order.amount), order.certificates, plain_yuan(order.offset)
        writer.writerow(["D", place, order.id, *named, *money])
    body = buffer.getvalue().encode()
    total = Fen(sum(order.amount for order, _ in payables))
    trailer = f"T,{len(payables)},{plain_yuan(total)},{sha256(body).hexdigest()}\r\n"
    return body + trailer.encode()


def bank_workbook(batch: Batch, payables: Iterable[Payable]) -> Iterator[bytes]:
    """The same orders as an XLSX, for people."""
    return workbook(_BANK_FILE, (_row(batch, order, account) for order, account in payables))


def _row(batch: Batch, order: Order, account: BankAccount) -> Sequence[Cell | None]:
    return (
        str(order.id),
        account.name,
        account.bank,
        account.number,
        plain_yuan(order.amount),
        plain_yuan(order.offset),
        order.certificates,
        batch.pay_on,
    )


def result_lines(sheet: Sheet) -> list[ResultLine]:
    """What the bank's file says; raises ResultDoesNotAddUp when a line cannot be read: then none of it counts."""
    faults = [
        {"row": each.row, "message": "；".join(one.message for one in each.findings)} for each in sheet.wrong
    ]
    if not sheet.whole:
        cut = "最后一行没有结束，文件可能被截断 · the last line is not ended; the file may have been cut off"
        faults.append({"row": 0, "message": cut})
    lines: list[ResultLine] = []
    for row, values in sheet.values.items():
        try:
            lines.append(_line(row, values))
        except ValueError as refusal:
            told = refusal.detail if isinstance(refusal, Invalid) else "指令号不正确 · this is no order"
            faults.append({"row": row, "message": told})
    if faults:
        raise ResultDoesNotAddUp(
            f"{len(faults)} 行无法读取 · {len(faults)} lines cannot be read",
            extra={"lines": faults[:200], "count": len(faults)},
        )
    return lines


def _line(row: int, values: Mapping[str, object]) -> ResultLine:
    on = values["on"]
    if not isinstance(on, date):
        raise TypeError("a date that was read is one")
    return ResultLine(
        row=row,
        order_id=UUID(str(values["order"])),
        amount=Fen.from_yuan_text(str(values["amount"])),
        paid=values["outcome"] == "paid",
        reason=str(values.get("reason") or ""),
        on=on,
        reference=str(values.get("reference") or ""),
    )
