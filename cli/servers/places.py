"""Where servers may keep their data and on which ports they may listen."""

import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from shared.errors import Refusal

LOOPBACK = "127.0.0.1"
_REPOSITORY = Path(__file__).resolve().parents[2]


class DataInsideRepository(Refusal):
    """数据目录不能位于代码仓库内 · The data folder may not lie inside the repository."""

    code = "NJT-CLI-0001"


def data_root() -> Path:
    """Where servers started on this machine keep their data; the folder need not exist yet."""
    root = _configured_root().expanduser().absolute()
    if root.resolve().is_relative_to(_REPOSITORY):
        raise DataInsideRepository(
            f"请把 NJT_DATA 或 XDG_DATA_HOME 指向仓库之外 · "
            f"point NJT_DATA or XDG_DATA_HOME outside the repository, not to {root}"
        )
    return root


def _configured_root() -> Path:
    if chosen := os.environ.get("NJT_DATA"):
        return Path(chosen)
    if home := os.environ.get("XDG_DATA_HOME"):
        return Path(home) / "ningjitong"
    if os.geteuid() == 0:
        return Path("/var/lib/ningjitong")
    return Path("~/.local/share/ningjitong")


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for one run, gone afterwards, which a server's own account may pass through but not read."""
    folder = Path(tempfile.mkdtemp(prefix="njt-"))
    try:
        folder.chmod(0o711)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port(preferred: int | None = None) -> int:
    """A loopback port nobody listens on: the preferred one when it is free."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port))
                return int(probe.getsockname()[1])
    raise OSError("本机没有空闲端口 · no loopback port is free")
