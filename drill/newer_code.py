"""The code of the next version: a copy of this one in which a read model has another revision."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from drill.processes import DrillFailed

ROOT = Path(__file__).parents[1]
_PARTS = ("application", "cli", "domain", "eventstore", "graphql", "projections", "web", "docs", "demo")
_CHANGED = "projections/animations/read_model.py"


def copy_with_newer_read_model(folder: Path) -> Path:
    """Copy what a server needs into the new `folder` and return it. Raises DrillFailed unless one revision is there."""
    for part in _PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    changed = folder / _CHANGED
    text, times = re.subn(r"\brevision=(\d+)", lambda match: f"revision={int(match[1]) + 1}", changed.read_text())
    if times != 1:
        raise DrillFailed(f"{_CHANGED} has {times} revisions, not one: no update to be made of it")
    changed.write_text(text)
    return folder
