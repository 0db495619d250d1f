"""The province's own store: one SQLite file, or memory; whoever opens the file again goes on where it stopped."""

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_VERSION = 3
_SCHEMA = """
CREATE TABLE act (
    code TEXT, business_key TEXT, service TEXT, lane TEXT, sequence INTEGER, message_id TEXT UNIQUE, envelope TEXT,
    traceparent TEXT, digest TEXT, place TEXT, organ TEXT, day TEXT, ok INTEGER, reason_code TEXT, reason TEXT,
    PRIMARY KEY (code, business_key)
);
CREATE INDEX act_day ON act (service, day, code, organ, place);
CREATE TABLE filing (number TEXT PRIMARY KEY, revision INTEGER, report TEXT);
CREATE TABLE refusal (message_id TEXT PRIMARY KEY, reason_code TEXT, reason TEXT);
CREATE TABLE lane_in (service TEXT, lane TEXT, last INTEGER, PRIMARY KEY (service, lane));
CREATE TABLE held (
    service TEXT, lane TEXT, sequence INTEGER, message_id TEXT, body BLOB, traceparent TEXT,
    PRIMARY KEY (service, lane, sequence)
);
CREATE TABLE sent (
    message_id TEXT PRIMARY KEY, service TEXT, lane TEXT, sequence INTEGER, code TEXT, business_key TEXT,
    envelope TEXT, traceparent TEXT, digest TEXT, place TEXT, organ TEXT, day TEXT, attempts INTEGER DEFAULT 1,
    technical TEXT, business TEXT, final TEXT
);
CREATE INDEX sent_number ON sent (service, lane, sequence);
CREATE INDEX sent_day ON sent (service, day, code, organ, place);
CREATE INDEX sent_open ON sent (message_id) WHERE final IS NULL;
CREATE TABLE lane_out (service TEXT, lane TEXT, last INTEGER, PRIMARY KEY (service, lane));
CREATE TABLE number_free (service TEXT, lane TEXT, number INTEGER, PRIMARY KEY (service, lane, number));
CREATE TABLE number_taken (
    service TEXT, lane TEXT, code TEXT, business_key TEXT, message_id TEXT, number INTEGER,
    PRIMARY KEY (service, lane, code, business_key)
);
CREATE TABLE certificate (number TEXT PRIMARY KEY, content TEXT);
CREATE TABLE revocation (number TEXT PRIMARY KEY, day TEXT);
CREATE TABLE fact (number TEXT, content TEXT);
CREATE INDEX fact_number ON fact (number);
CREATE TABLE signing_key (raw BLOB);
"""
_SINCE_VERSION_2 = """
ALTER TABLE signing_key ADD COLUMN algorithm TEXT DEFAULT 'ed25519';
CREATE TABLE institution (
    number TEXT PRIMARY KEY, record TEXT, standing TEXT, told_at TEXT, lane TEXT, sequence INTEGER
);
"""
_SINCE_VERSION_3 = "CREATE INDEX sent_act ON sent (service, lane, code, business_key);"
_SINCE = {
    0: _SCHEMA + _SINCE_VERSION_2 + _SINCE_VERSION_3,
    1: _SINCE_VERSION_2 + _SINCE_VERSION_3,
    2: _SINCE_VERSION_3,
}
"""What a store of each version lacks."""


class StoreError(ValueError):
    """存储文件不可用 · The store cannot be used."""


class Store:
    """One connection; what stands in a `transaction` block is kept whole or not at all."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            _keep_to_ourselves(path)
        # One thread works with it, but the garbage collector may close it in any.
        self.db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self._depth = 0
        self._closing = weakref.finalize(self, self.db.close)
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            self.close()
            raise StoreError(f"{path} 不是模拟器的存储 · is not a store of the simulator") from None

    def _prepare(self) -> None:
        # A process that dies loses nothing in this mode; only a machine that does might lose the last moments.
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version in _SINCE:
            self._build(_SINCE[version])
        elif version != _VERSION:
            raise StoreError(f"存储版本 {version} 未知 · The store is of an unknown version")

    def _build(self, schema: str) -> None:
        self.db.executescript(f"BEGIN; {schema} PRAGMA user_version = {_VERSION}; COMMIT")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that the block writes, or none of it; a block within a block is part of it."""
        if self._depth == 0:
            self.db.execute("BEGIN")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self.db.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self.db.execute("COMMIT")

    def close(self) -> None:
        self._closing()


def _keep_to_ourselves(path: Path) -> None:
    """Messages stand in it as they crossed, and keys; what is beside it is then made for its owner alone as well."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError as problem:
        raise StoreError(f"{path} 不可写 · cannot be written: {type(problem).__name__}") from None
