"""What a run of the simulator comes to: messages by their ends, and how often each fault struck."""

import json
from collections import Counter
from dataclasses import dataclass, field

from rich.table import Table

from shared.contracts.province import Receipt
from simulator.counterpart import Counterpart
from simulator.faults import Faults

_ENDS = {
    "done": "办结 · done",
    "rejected": "退回 · rejected",
    "refused": "拒收 · refused",
    "silent": "没有回执 · no receipt in time",
}


@dataclass(kw_only=True)
class Account:
    """Counts the ends of what a scenario sent."""

    ends: Counter[str] = field(default_factory=Counter)

    def conclude(self, receipt: Receipt | None) -> None:
        if receipt is None:
            self.ends["silent"] += 1
        elif receipt.ok:
            self.ends["done"] += 1
        else:
            self.ends["rejected" if receipt.stage == "business" else "refused"] += 1

    def as_json(self, counterpart: Counterpart) -> str:
        """One object: what was sent and taken, and how often each fault struck."""
        return json.dumps(
            {
                "scenario": {end: self.ends[end] for end in _ENDS},
                "sent": len(counterpart.sent),
                "accepted": len(counterpart.register),
                "refused": len(counterpart.refused),
                "unreadable": len(counterpart.unreadable),
                "faults": struck(counterpart.faults),
            },
            ensure_ascii=False,
        )

    def as_table(self, counterpart: Counterpart) -> Table:
        table = Table("项目 · what", "次数 · times", title="模拟器小结 · what the simulator did")
        for end, title in _ENDS.items():
            if self.ends[end]:
                table.add_row(f"剧本：{title}", str(self.ends[end]))
        table.add_row("发出报文，累计 · messages sent, in all", str(len(counterpart.sent)))
        table.add_row(
            "市级报文，累计 · messages of the city carried out, in all", str(len(counterpart.register))
        )
        table.add_row("拒收 · refused here", str(len(counterpart.refused)))
        table.add_row("不可读 · unreadable here", str(len(counterpart.unreadable)))
        table.add_section()
        for fault, times in struck(counterpart.faults).items():
            table.add_row(f"故障 · fault {fault}", str(times))
        return table


def struck(faults: Faults) -> dict[str, int]:
    """How often each fault struck, by its name on the command line."""
    return {
        ("schema-version" if name == "unknown_version" else name.replace("_", "-")): times
        for name, times in sorted(faults.counts.items())
        if times
    }
