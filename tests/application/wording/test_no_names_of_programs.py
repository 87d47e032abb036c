"""What people read names things as they do: no identifier of a program, no instant as machines write it, no code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_LAYERS = ("domain", "application", "web", "graphql/api")
_FRENCH = re.compile(r"[éèêàçùîôÉÀ]|\b(?:le|la|les|des|du|une|pour|avec|vous|attendue?)\b")
_OF_PROGRAMS = {
    "identifier": re.compile(r"\b[a-z]+(?:[A-Z][a-z]+)+\b|(?<!\{)\b[a-z]+_[a-z_]+\b(?!\})"),
    "instant": re.compile(r"\d{4}-\d\d-\d\dT"),
    "code": re.compile(r"\b[A-Z]{4,}(?:_[A-Z]+)*\b|\b[A-Z]+_[A-Z_]+\b"),
}
#: What people themselves write in capitals: numbers and files that they know, a word to send, a mark of a draft.
_WORDS = {"SIRET", "SIREN", "INSEE", "STOP", "PROJET"}
_WORDS |= {"JPEG", "HEIC", "DOCX", "PPTX", "XLSX", "HTML", "DOCTYPE", "ENTITY"}
#: Messages that only a program's author can provoke: each names an argument or header that no page sends.
_FOR_PROGRAMS = {
    "domain/kernel/validation.py": {"UUID", "2027-01-15T"},
    "graphql/api/core/scalars.py": {"UUID", "2027-01-15T"},
    "application/animations/several.py": {"UUID"},
    "graphql/api/core/lists/checks.py": {"UUID"},
    "graphql/api/downloads/file_responses.py": {"UUID"},
    "graphql/api/animations/table_downloads.py": {"DESC"},
    "graphql/api/audit/filters.py": {"positionTo", "positionFrom"},
    "graphql/api/controls/queries.py": {"dossierId"},
    "graphql/api/http/executable_schema.py": {"HTTP"},
    "graphql/api/http/persisted.py": {"documentId", "persistedQuery"},
    "graphql/api/http/uploads.py": {"JSON"},
    "graphql/api/notifications/inbound_texts.py": {"JSON"},
    "graphql/api/satisfaction/queries.py": {"animationId"},
    "graphql/api/service_dossiers/queries.py": {"conventionId"},
    "graphql/api/structures/types.py": {"structureId"},
}


def test_no_message_to_people_names_what_only_a_program_knows():
    paths = [path for layer in _LAYERS for path in sorted((_ROOT / layer).rglob("*.py"))]
    assert len(paths) > 400
    named = {
        (name, text, word)
        for path in paths
        for name in [str(path.relative_to(_ROOT))]
        for text in _texts(ast.parse(path.read_text(encoding="utf-8")))
        for pattern in _OF_PROGRAMS.values()
        for word in pattern.findall(text)
        if word not in _WORDS | _FOR_PROGRAMS.get(name, set())
    }
    assert named == set()


def _texts(tree: ast.AST) -> Iterator[str]:
    """Return the French sentences of a module, without its docstrings and the English descriptions of the schema."""
    nodes = [tree]
    while nodes:
        node, text = nodes.pop(), ""
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Call(func=ast.Name(id="value_of" | "reference")):
                continue
            case ast.keyword(arg="description") if not isinstance(node.value, ast.Name):
                continue
            case ast.JoinedStr(values=parts):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
                nodes += [part for part in parts if isinstance(part, ast.FormattedValue)]
            case ast.Constant(value=str(text)):
                pass
            case _:
                nodes += ast.iter_child_nodes(node)
        if " " in text and _FRENCH.search(text):
            yield text
