"""Private names of libraries stand in few files, and a test for each tells when a new version no longer has it.

Those of Strawberry and graphql-core: `tests/api/core/test_strawberry_internals.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing.postgres import PostgresApplicationRecorder
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

ROOT = Path(__file__).parents[1]
SHIPPED = ("domain", "eventstore", "application", "projections", "graphql/api", "cli", "demo")
STRAWBERRY = "graphql/api/core/strawberry_internals.py"
#: Of a class of our own that the method stands in, or of NamedTuple, whose methods are public for all their names.
OURS = {"eventstore/vault.py new._wrap", "graphql/api/limits/cost.py part._of"}


def others_private_names(path: Path) -> Iterator[str]:
    """Yield private attributes that are read of anything but `self`, `cls` and `super()`, and private imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")) | ast.Attribute(attr="_replace"):
                pass
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
                pass
            case ast.Attribute(attr=name) if name.startswith("_") and not name.startswith("__"):
                yield ast.unparse(node)
            case ast.ImportFrom(module=str(module), names=names) if module != "__future__":
                parts = [*module.split("."), *(alias.name for alias in names)]
                yield from (f"{module} {part}" for part in parts if part.startswith("_"))


def test_private_names_of_libraries_stand_in_one_file():
    paths = (path for folder in SHIPPED for path in (ROOT / folder).rglob("*.py"))
    named = {f"{path.relative_to(ROOT)} {name}" for path in paths for name in others_private_names(path)}
    assert {name for name in named if not name.startswith(STRAWBERRY)} - OURS == set()


@pytest.mark.parametrize(
    ("library_class", "name"),
    [
        # cli/server/bounded_http.py
        (HttpToolsProtocol, "_should_upgrade"),
        (HttpToolsProtocol, "_unset_keepalive_if_required"),
        # eventstore/recorder.py, eventstore/persistence.py
        (PostgresApplicationRecorder, "_lock_table"),
        (PostgresApplicationRecorder, "_notify_channel"),
        (PostgresApplicationRecorder, "_insert_events"),
    ],
)
def test_what_our_subclasses_call_is_still_there(library_class: type, name: str):
    assert callable(getattr(library_class, name))
