"""The faults there are: what is done wrong, and whether it is raised to people by design."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.bench.faults.disasters import (
    Disaster,
    broker_restarted,
    file_handed_in_twice,
    killed_after_sending,
    killed_before_commit,
    killed_before_receipts,
    killed_while_taking,
)
from shared.contracts.province import MessageCode
from simulator.faults import Faults

_REASONS = {
    MessageCode.ACCOUNT_OPENED: "PROV-0042",
    MessageCode.ACCOUNT_CHANGED: "PROV-0043",
}
"""What the story has the city tell, and with which code the province rejects it."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A fault and its strength. `by_hand` says that people see to it: the cause is taken away, then they act.

    `on_record` says that the institutions are filed, and their accounts open, before it strikes: it is their changes
    that meet it. `disaster` befalls the town meanwhile.
    """

    name: str
    faults: Mapping[str, Any] = field(default_factory=dict)
    by_hand: bool = False
    on_record: bool = False
    disaster: Disaster | None = None

    def fault(self, seed: int) -> Faults:
        return Faults(seed=seed, **self.faults)


ON_THE_LINE = (
    Case(name="重复 · duplicate", faults={"duplicate": 0.5}),
    Case(name="乱序 · reorder", faults={"reorder": 0.4}),
    Case(name="延迟 · delay", faults={"delay": 0.4, "late_seconds": 0.5}),
    Case(name="丢失 · drop", faults={"drop": 0.15}),
    Case(name="错一字节 · corrupt byte", faults={"corrupt": 0.15}, by_hand=True),
    Case(name="陌生密钥 · wrong key", faults={"wrong_key": 0.3}),
    Case(name="陌生密钥，全部 · wrong key, always", faults={"wrong_key": 1.0}, by_hand=True),
    Case(name="换钥 · rotated key", faults={"rotate_after": 3}),
    Case(name="旧报文重放 · replay", faults={"replay": 0.5}),
    Case(name="未知版本 · unknown schema version", faults={"unknown_version": 0.3}),
    Case(name="同号异文 · same key, other content", faults={"other_content": 0.5}),
    *(
        Case(
            name=f"退回 · rejected: {code} {reason}",
            faults={"reject": {code: reason}},
            by_hand=True,
            on_record=code is MessageCode.ACCOUNT_CHANGED,
        )
        for code, reason in _REASONS.items()
    ),
    Case(name="省级中断 · province down for a while", faults={"down_seconds": 1.5}),
    Case(name="时钟偏差 · clock ahead", faults={"clock_skew_seconds": 3600.0}, by_hand=True),
    Case(name="回执丢失 · receipts lost", faults={"drop_receipts": 5}),
    Case(name="同一文件两次导入 · the same file twice", disaster=file_handed_in_twice),
)
IN_EARNEST = (
    Case(name="发出后被杀 · killed, sent but not written", disaster=killed_after_sending),
    Case(name="回执前被杀 · killed before the receipts", disaster=killed_before_receipts),
    Case(name="提交前被杀 · killed with a receipt, before commit", disaster=killed_before_commit),
    Case(name="受理中被杀 · killed with a message, before commit", disaster=killed_while_taking),
    Case(name="消息代理重启 · broker restart", disaster=broker_restarted),
)
