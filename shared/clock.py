"""Where time comes from: the system's clock, or a story's clock that can be moved forward."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the moment, with its zone."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StoryClock:
    """The machine's time moved by the seconds written in a file, so that several processes share one story time.

    Only the demo and test profiles may use it; settings refuse it elsewhere.
    """

    def __init__(self, offset_file: Path) -> None:
        self._offset_file = offset_file

    def now(self) -> datetime:
        offset = float(self._offset_file.read_text(encoding="ascii"))
        return datetime.now(UTC) + timedelta(seconds=offset)

    def set(self, moment: datetime) -> None:
        """Let it be `moment` now; written to the side and moved into place, so no reader sees half a number."""
        offset = (moment - datetime.now(UTC)).total_seconds()
        beside = self._offset_file.with_suffix(".new")
        beside.write_text(f"{offset:.6f}", encoding="ascii")
        beside.replace(self._offset_file)
