"""What tests install from registries of packages: once for all runs on a machine, within bounds of time."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import fasteners  # type: ignore[import-untyped]
import platformdirs
import pytest

Install = Callable[[Sequence[str]], None]

#: Where a test must not skip, a moment's trouble with the network must not fail it either.
_TRIES = 3 if os.environ.get("PARENTALITE_NOTHING_SKIPPED") else 1
_SECONDS = 200
#: For so long nobody tries again, so that a registry out of reach costs its time-outs once.
_SECONDS_GIVEN_UP = 600


@contextmanager
def installed_once(name: str) -> Iterator[tuple[Path, bool, Install]]:
    """A folder of that name, whether it was filled before, and what fills it: skips the test where it cannot.

    What was installed stands for later runs; whoever comes at the same time waits.
    """
    folder = platformdirs.user_cache_path("parentalite-tests") / name
    folder.mkdir(parents=True, exist_ok=True)
    given_up, done = folder / "given-up", folder / "installed"

    def install(command: Sequence[str]) -> None:
        if given_up.exists() and time.time() - given_up.stat().st_mtime < _SECONDS_GIVEN_UP:
            pytest.skip(given_up.read_text())
        reason = _tried(command, folder)
        if reason is not None:
            # No registry within reach says nothing about us.
            given_up.write_text(
                f"{Path(command[0]).name} could not install {name}; is its registry out of reach? {reason}"
            )
            pytest.skip(given_up.read_text())

    with fasteners.InterProcessLock(folder / "lock"):
        yield folder, done.exists(), install
        done.touch()


def _tried(command: Sequence[str], folder: Path) -> str | None:
    """None once a try succeeded, or why the last did not."""
    reason = ""
    for pause in range(_TRIES):
        time.sleep(5 * pause)
        try:
            subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=True)
        except subprocess.TimeoutExpired:
            return f"no answer within {_SECONDS} seconds"
        except subprocess.CalledProcessError as error:
            reason = error.stderr.strip()[-300:]
        else:
            return None
    return reason
