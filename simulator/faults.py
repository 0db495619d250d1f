"""How the counterpart misbehaves, on request; what strikes is spread by a seed, and counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, get_args

Share = Literal[
    "duplicate",
    "reorder",
    "delay",
    "drop",
    "corrupt",
    "wrong_key",
    "replay",
    "unknown_version",
    "other_content",
]
UNKNOWN_VERSION = "99"
EVERY_CODE = "*"
_USUAL_SHARE = "0.01"
_DOWN_WITHIN = 20


class FaultError(ValueError):
    """故障写法有误 · The fault cannot be read."""


@dataclass(kw_only=True)
class Faults:
    """Set at any time; each fault lasts until it is taken back. A share of 0.01 strikes about one in a hundred."""

    seed: int = 0
    duplicate: float = 0.0
    """The share of letters, receipts among them, that are sent twice."""
    reorder: float = 0.0
    """… that the next one for the same service overtakes."""
    delay: float = 0.0
    """… that are kept back for `late_seconds` while others pass."""
    late_seconds: float = 2.0
    drop: float = 0.0
    """… that are lost on the line, either way."""
    corrupt: float = 0.0
    """… of which a byte is changed on the line, either way."""
    wrong_key: float = 0.0
    """… that are signed with a key the city does not know."""
    replay: float = 0.0
    """… after which an old letter comes again."""
    unknown_version: float = 0.0
    """… that claim an unknown schema version."""
    other_content: float = 0.0
    """The share of acts, once carried out, whose business key is told again with other content."""
    rotate_after: int = 0
    """After so many signatures a new key is announced and used; once."""
    down_seconds: float = 0
    """How long the province falls silent, soon and once."""
    slow_seconds: float = 0
    """How long it takes over each letter."""
    clock_skew_seconds: float = 0
    """How far its clock is ahead."""
    reject: Mapping[str, str] = field(default_factory=dict)
    """Message code, or `*` for every one → the reason code with which its business is rejected."""
    drop_receipts: int = 0
    """So many of the next messages are taken and never answered; counts down."""
    corrupt_signature: bool = False
    """Whatever is sent carries a signature that does not hold."""
    schema_version: str | None = None
    """The schema version that everything sent claims to have."""
    delay_seconds: float = 0
    """How long everything sent is kept back."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often each has struck."""
    _met: Counter[str] = field(default_factory=Counter, repr=False)

    def strikes(self, fault: Share) -> bool:
        """Whether it strikes this one; the same seed strikes the same ones."""
        share: float = getattr(self, fault)
        if not share:
            return False
        self._met[fault] += 1
        return self.counted(fault, happens=self.drawn(fault, self._met[fault]) < share)

    def drawn(self, what: str, nth: int) -> float:
        """A number from 0 up to 1 that the seed gives the nth of these."""
        digest = sha256(f"{self.seed}/{what}/{nth}".encode()).digest()
        return int.from_bytes(digest[:8]) / 2**64

    def counted(self, fault: str, *, happens: bool = True) -> bool:
        self.counts[fault] += happens
        return happens

    def goes_down(self) -> bool:
        """Whether the silence begins with this letter."""
        if not self.down_seconds or self.counts["down"]:
            return False
        self._met["down"] += 1
        begins = self._met["down"] > _DOWN_WITHIN * self.drawn("down", 1)
        return self.counted("down", happens=begins)

    def rotates(self) -> bool:
        """Whether a new key signs from this letter on."""
        if not self.rotate_after or self.counts["rotated_key"]:
            return False
        self._met["rotated_key"] += 1
        return self.counted("rotated_key", happens=self._met["rotated_key"] > self.rotate_after)

    def rejects(self, code: str) -> str | None:
        """The reason code with which an act of this code is rejected."""
        reason_code = self.reject.get(code) or self.reject.get(EVERY_CODE)
        self.counted("reject", happens=reason_code is not None)
        return reason_code

    def drops_answer(self) -> bool:
        """Whether this message's receipts are lost; counts."""
        if self.drop_receipts <= 0:
            return False
        self.drop_receipts -= 1
        return self.counted("drop_receipts")


_NUMBERS: Mapping[str, tuple[str, str]] = {
    "rotated-key": ("rotate_after", "1"),
    "down": ("down_seconds", "30"),
    "slow": ("slow_seconds", "0.1"),
    "clock-skew": ("clock_skew_seconds", "3600"),
    "late": ("late_seconds", "2"),
}
"""Faults that take a number: the field, and the number where none is named."""
_SHARES: Mapping[str, str] = {
    "schema-version" if name == "unknown_version" else name.replace("_", "-"): name
    for name in get_args(Share)
}
NAMES = (*_SHARES, *_NUMBERS, "reject")


def read_faults(asked: Sequence[str], *, seed: int = 0) -> Faults:
    """Faults as a command line has them: `drop`, `drop=0.02`, `down=30`, `reject=CODE:REASON`; raises FaultError."""
    faults = Faults(seed=seed)
    for each in asked:
        name, _, value = each.partition("=")
        if name == "reject":
            code, _, reason = value.partition(":")
            if not code or not reason:
                raise FaultError(f"{each}：应写作 reject=报文代码:原因代码 · is written reject=CODE:REASON")
            faults.reject = {**faults.reject, code: reason}
        elif name in _SHARES:
            setattr(faults, _SHARES[name], _number(each, value or _USUAL_SHARE, most=1.0))
        elif name in _NUMBERS:
            attribute, usual = _NUMBERS[name]
            number = _number(each, value or usual)
            setattr(faults, attribute, int(number) if name == "rotated-key" else number)
        else:
            raise FaultError(f"没有这种故障 · No such fault: {name} ({', '.join(NAMES)})")
    return faults


def _number(asked: str, value: str, *, most: float = 1e9) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise FaultError(f"{asked}：应为 0 至 {most:g} 的数 · is a number from 0 to {most:g}")
    return number
