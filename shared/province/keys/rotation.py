"""Keys that are replaced while everything runs: their files are read again when they have changed."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from shared.province.keys.signing import KeyFileError, KeyRing, PublicKey

T = TypeVar("T")

_LOOK_SECONDS = 1.0

log = structlog.get_logger(__name__)

Tell = Callable[[str | None], None]
"""Is told what is wrong with a key file, or None while nothing is."""
Seconds = Callable[[], float]
"""A clock that only goes on, in seconds."""


class KeyFile(Generic[T]):
    """What a key file holds now, looked at once a second; raises KeyFileError when it cannot be used at first.

    While a changed file cannot be used, what it held before remains in force, and `tell` hears what is wrong.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[Path], T],
        *,
        tell: Tell = lambda _: None,
        seconds: Seconds = time.monotonic,
    ) -> None:
        self._path = path
        self._read = read
        self._tell = tell
        self._seconds = seconds
        self._stamp = _stamp(path)
        self._held = read(path)
        self._looked = seconds()
        self._problem: str | None = None
        tell(None)

    def current(self, *, at_once: bool = False) -> T:
        """What it holds; `at_once` looks even if it was looked at a moment ago."""
        now = self._seconds()
        if at_once or now - self._looked >= _LOOK_SECONDS:
            self._looked = now
            self._look()
        return self._held

    def _look(self) -> None:
        stamp = _stamp(self._path)
        if stamp == self._stamp and self._problem is None:
            return
        try:
            self._held = self._read(self._path)
        except KeyFileError as broken:
            self._note(str(broken))
        else:
            log.info("key file read again", file=self._path.name)
            self._stamp = stamp
            self._note(None)

    def _note(self, problem: str | None) -> None:
        if problem != self._problem:
            if problem is not None:
                log.warning(
                    "key file not usable, keeping the former keys", file=self._path.name, problem=problem
                )
            self._problem = problem
            self._tell(problem)


class PeerKeys:
    """A counterpart's public keys as their file has them; an unknown key is looked for there at once."""

    def __init__(self, file: KeyFile[KeyRing]) -> None:
        self._file = file

    def find(self, key_id: str) -> PublicKey | None:
        return self._file.current().find(key_id) or self._file.current(at_once=True).find(key_id)

    def named_in(self, content: bytes) -> bool:
        """Whether one of the keys is named there; it proves nothing."""
        return self._file.current().named_in(content) or self._file.current(at_once=True).named_in(content)


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What differs once a file was written or replaced; None where there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
