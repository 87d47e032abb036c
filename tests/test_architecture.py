"""The house keeps its shape: arrows run one way, and graphql-core keeps its import name."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import graphql

ROOT = Path(__file__).parents[1]
ROOMS = (
    "application",
    "bench",
    "cli",
    "demo",
    "domain",
    "drill",
    "eventstore",
    "graphql/api",
    "projections",
    "tests",
    "web",
)
MAX_MODULES, MAX_LINES = 20, 300


def modules() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_the_import_name_graphql_belongs_to_graphql_core():
    assert graphql.__file__ is not None
    assert "site-packages" in Path(graphql.__file__).parts
    assert not (ROOT / "graphql" / "__init__.py").exists()


def test_imports_follow_the_layers():
    # In a process of its own: it disables every logger that its process has, and with them what later tests wait for.
    linter = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_no_module_is_longer_than_three_hundred_lines():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_folder_holds_more_than_twenty_modules():
    folders = Counter(path.parent for path in modules() if path.name != "__init__.py")
    assert {str(folder.relative_to(ROOT)): count for folder, count in folders.items() if count > MAX_MODULES} == {}
