"""How states, kinds and moments are told at a terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.clock import SHANGHAI
from shared.contracts.province import MessageCode
from shared.province.intents import IntentState

STATES: Mapping[IntentState, str] = {
    IntentState.OWED: "待发",
    IntentState.DELIVERED: "已送达",
    IntentState.ACCEPTED: "已接收",
    IntentState.DONE: "已办结",
    IntentState.REJECTED: "退回",
    IntentState.REFUSED: "拒收",
    IntentState.VOIDED: "已作废",
}
OUTCOMES: Mapping[str, str] = {
    "done": "办结",
    "duplicate": "此前已收",
    "rejected": "退回",
    "refused": "拒收",
    "waiting": "待前序",
    "parked": "转人工",
    "discarded": "弃置",
    "sent": "已发出",
    "unanswered": "未答复",
}
_KINDS: Mapping[MessageCode, str] = {
    MessageCode.INSTITUTION_FILED: "备案下发",
    MessageCode.REGISTER_QUERY: "机构备案查询",
    MessageCode.REGISTER_ANSWERED: "机构备案查询结果",
    MessageCode.CATALOGUE_UPDATED: "目录下发",
    MessageCode.ACCOUNT_OPENED: "账号开通",
    MessageCode.ACCOUNT_CHANGED: "账号变更",
    MessageCode.FILING_REPORTED: "备案上报",
    MessageCode.CERTIFICATES_ISSUED: "证书下发",
    MessageCode.CERTIFICATE_QUERY: "证书查询",
    MessageCode.CERTIFICATES_ANSWERED: "证书查询结果",
    MessageCode.CERTIFICATE_REVOKED: "证书撤销",
    MessageCode.FACTS_QUERY: "人员信息查询",
    MessageCode.FACTS_ANSWERED: "人员信息查询结果",
    MessageCode.SUBSIDY_PAID: "补贴发放",
    MessageCode.SUBSIDY_RECOVERED: "补贴追回",
    MessageCode.SUPERVISION_TASK: "督导任务",
    MessageCode.SANCTION_ORDERED: "处理决定",
    MessageCode.SUPERVISION_RESULT: "督导结果",
    MessageCode.RECEIPT: "回执",
    MessageCode.STATUS_QUERY: "去向查询",
    MessageCode.STATUS_ANSWERED: "去向答复",
    MessageCode.RESEND_REQUEST: "请求重发",
    MessageCode.VOID: "作废",
    MessageCode.RECONCILE: "对账",
    MessageCode.RECONCILED: "对账结果",
}


def moment(text: str | None) -> str:
    """A moment of the interface's as it is in Nanjing; a dash for none."""
    if text is None:
        return "—"
    return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S")


def state_of(intent: Mapping[str, Any]) -> str:
    """How far a message is."""
    beside = "，已另行更正" if intent["mended"] else "，逾期" if intent["overdue"] else ""
    return f"{STATES[IntentState(intent['state'])]}{beside} · {intent['state']}"


def outcome(name: str) -> str:
    """What became of a message that crossed."""
    return f"{OUTCOMES[name]} · {name}" if name in OUTCOMES else name


def kind(code: str | None) -> str:
    """What a message is about: its code, and what that means; a question mark where nobody could read it."""
    return f"{code} {_KINDS[MessageCode(code)]}" if code in set(MessageCode) else code or "?"
