"""The account a server runs under, and folders and files that only it may read."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Refusal


class FolderUnreachable(Refusal):
    """服务账户无法进入数据目录 · The server's account cannot enter the data folder."""

    code = "NJT-CLI-0002"


@dataclass(frozen=True)
class Account:
    """The unprivileged system account under which root runs a server."""

    name: str
    uid: int
    gid: int

    def may_pass(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH))


def account_for(*names: str) -> Account | None:
    """The first of these accounts that exists when we are root; `None` means «run as ourselves»."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    chosen = next(known[name] for name in (*names, "nobody") if name in known)
    return Account(chosen.pw_name, chosen.pw_uid, chosen.pw_gid)


def open_folder(folder: Path, account: Account | None) -> None:
    """Make the folder and its missing parents; refuse one that the account cannot get to."""
    for missing in [each for each in (folder, *folder.parents) if not each.exists()][::-1]:
        missing.mkdir(exist_ok=True)
        missing.chmod(0o711 if account else 0o700)
    if account is None:
        return
    for parent in (folder, *folder.parents):
        if not account.may_pass(parent):
            raise FolderUnreachable(
                f"账户 {account.name} 无权通过 {parent}，请执行 chmod o+x 或用 NJT_DATA 另选目录 · account "
                f"{account.name} may not pass through {parent}: chmod o+x it, or choose another with NJT_DATA"
            )


def own_folder(folder: Path, account: Account | None) -> Path:
    """Make a folder that only the server's account may read."""
    folder.mkdir(exist_ok=True)
    give(folder, account)
    folder.chmod(0o700)
    return folder


def give(path: Path, account: Account | None) -> None:
    if account:
        os.chown(path, account.uid, account.gid)


def write_secret(path: Path, text: str, account: Account | None = None) -> None:
    """Write a file that only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    give(path, account)
