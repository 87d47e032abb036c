"""The system account of the embedded PostgreSQL: our own, unless that is root, which the server refuses."""

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
        """The arguments of `subprocess.run` for a process of this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.differs else {}


def server_account(folder: Path, package: Path) -> ServerAccount:
    """Return the account for the server on `folder` with the programs of `package`. Raise OSError if there is none.

    For root: the owner of an existing folder, or else a system user, created on first use, with access to both places.
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
        let_others_through(path)
    # The wheel's libraries lie beside the package.
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
            # Another process created it first.
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise OSError(
                f"it refuses to run as root, and the user {SYSTEM_USER} to run it cannot be created; "
                "start as another user than root, or set DATABASE_URL"
            ) from None
    return pwd.getpwnam(SYSTEM_USER)


def let_others_through(path: Path) -> None:
    """Let others pass the folders on the way to `path`, without making them readable."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _let_others_read(package: Path) -> None:
    """Undo a strict umask at installation: the programs of the package are no secret."""
    for place, _, files in os.walk(package):
        for path in (Path(place), *(Path(place, name) for name in files)):
            mode = path.stat().st_mode
            readable = mode | 0o004 | (0o001 if mode & 0o100 else 0)
            if mode != readable:
                path.chmod(readable)
