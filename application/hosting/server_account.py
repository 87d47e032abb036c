"""Whose processes the embedded PostgreSQL runs as: our own account, save for root, whom the server refuses."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

SYSTEM_USER = "embedded_postgres"


class _OfProcess(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """A user of the system. `differs` when it is not the one we run as."""

    uid: int
    gid: int
    differs: bool

    def of_process(self) -> _OfProcess:
        """What `subprocess.run` needs to start a process of this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.differs else {}


def server_account(folder: Path, package: Path) -> ServerAccount:
    """The account that runs the server on `folder` with the programs of `package`; OSError when there can be none.

    For root: the owner of the folder if it is there already, else a system user of its own, created on first use, who
    is let through to both places.
    """
    if os.geteuid() != 0:
        return ServerAccount(os.geteuid(), os.getegid(), differs=False)
    owner = folder.stat() if folder.exists() else None
    if owner is not None and owner.st_uid != 0:
        account = ServerAccount(owner.st_uid, owner.st_gid, differs=True)
    else:
        entry = _system_user()
        account = ServerAccount(entry.pw_uid, entry.pw_gid, differs=True)
    for path in (folder, package):
        _let_others_through(path)
    # The libraries that the wheel brings lie beside the package.
    for part in (package, package.with_name(f"{package.name}.libs")):
        _let_others_read(part)
    return account


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        try:
            # Another process may have been faster.
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise OSError(
                f"it refuses to run as root, and the user {SYSTEM_USER} to run it cannot be created; "
                "start as another user than root, or set DATABASE_URL"
            ) from None
    return pwd.getpwnam(SYSTEM_USER)


def _let_others_through(path: Path) -> None:
    """The folders on the way to `path` can be passed; none of them becomes readable by that."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _let_others_read(package: Path) -> None:
    """Undoes a strict umask at installation: the programs of the package are no secret."""
    for place, _, files in os.walk(package):
        for path in (Path(place), *(Path(place, name) for name in files)):
            mode = path.stat().st_mode
            wanted = mode | 0o004 | (0o001 if mode & 0o100 else 0)
            if mode != wanted:
                path.chmod(wanted)
