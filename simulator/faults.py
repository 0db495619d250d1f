"""How the counterpart misbehaves, on request."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Faults:
    """Set at any time; each fault lasts until it is taken back."""

    duplicate: float = 0.0
    """The share of messages, receipts among them, that are sent twice; spread evenly, 0.5 is every second one."""
    drop_receipts: int = 0
    """So many of the next messages are taken and never answered; counts down."""
    corrupt_signature: bool = False
    """Whatever is sent carries a signature that does not hold."""
    reject: Mapping[str, str] = field(default_factory=dict)
    """Message code → the reason code with which its business is rejected."""
    schema_version: str | None = None
    """The schema version that everything sent claims to have."""
    delay_seconds: float = 0
    """How long everything sent is kept back."""

    def repeats(self, nth: int) -> int:
        """How often the nth message, counted from 1, is sent."""
        return 1 + int(nth * self.duplicate) - int((nth - 1) * self.duplicate)

    def drops_answer(self) -> bool:
        """Whether this message's receipts are lost; counts."""
        if self.drop_receipts <= 0:
            return False
        self.drop_receipts -= 1
        return True
