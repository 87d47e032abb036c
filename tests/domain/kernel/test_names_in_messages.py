"""Messages for people name what they speak of: a territory by its name, with its code in brackets; no identifier."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.kernel.departments import named_with_code

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("application", "domain", "graphql/api", "web")
#: French prose, not a key, a path or a sentence for operators.
_FRENCH = re.compile(r"[àéèêç«»]|\b(?:du|le|la|un|une|sur|pour)\b")
_CODES = frozenset({"id", "territory", "department"})
#: Before a code that stands in brackets after a name, and before what people sent themselves.
_APART = ("(", "« ")


def test_a_department_is_called_by_its_name_and_code() -> None:
    assert named_with_code("13") == "Bouches-du-Rhône (13)"
    assert named_with_code("2A") == "Corse-du-Sud (2A)"
    assert named_with_code("999") == "999"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_message_prints_an_identifier_or_the_bare_code_of_a_territory(folder: str) -> None:
    assert [*_bare(folder)] == []


def _bare(folder: str) -> Iterator[str]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        name = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr) and _is_french(node):
                yield from (f"{name}:{node.lineno}: {code}" for code in _codes(node))


def _is_french(node: ast.JoinedStr) -> bool:
    text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return " " in text.strip() and bool(_FRENCH.search(text))


def _codes(node: ast.JoinedStr) -> Iterator[str]:
    written = "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
    values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    for value, before in zip(values, written.split("\0"), strict=False):
        called = value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
        of_territory = called == "code" and before.casefold().rstrip().endswith("territoire")
        if not before.endswith(_APART) and (called in _CODES or called.endswith("_id") or of_territory):
            yield called
