"""Archive the write-ahead log of the embedded PostgreSQL: with a backup, it restores any position since."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from application.hosting.programs import embedded_programs
from application.hosting.server_account import let_others_through, server_account

#: A segment is archived at the latest after so many seconds, if anything was written.
_TIMEOUT = 60


def archiving(archive: Path, data: Path) -> dict[str, str]:
    """Return the settings of a server on the folder `data` that archives in `archive`, and make that folder for it.

    Raises OSError.
    """
    archive.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = server_account(data, (embedded_programs() or data).parents[1])
    if account.differs:
        os.chown(archive, account.uid, account.gid)
        let_others_through(archive)
    folder = shlex.quote(str(archive).replace("%", "%%"))
    # Under a name of its own first: what is there under its name is whole. What is there already is never replaced.
    command = (
        f'cd {folder} 2>/dev/null || exit 1; if test -f "%f.gz"; then gzip -dc "%f.gz" | cmp -s - "$OLDPWD/%p"; '
        'else gzip -1c "$OLDPWD/%p" > ".%f.new" && sync ".%f.new" && mv ".%f.new" "%f.gz"; fi'
    )
    return {"archive_mode": "on", "archive_command": command, "archive_timeout": str(_TIMEOUT)}
