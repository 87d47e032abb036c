"""Every statement that stands in the product's modules, whether or not something occasions it here."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from psycopg import sql

ROOT = Path(__file__).parents[3]
_PACKAGES = ("application", "cli", "eventstore", "graphql/api", "projections")
#: What fills a database for a demonstration.
_NOT_SENT_IN_PRODUCTION = ROOT / "cli" / "demo"
_BEGINS = re.compile(r"^\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b(?!.*\{\}).*", re.DOTALL)
_COPY = re.compile(r"^\s*COPY \(")
_IS_STATEMENT = re.compile(r"^\s*(COPY \()?\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b")
_PUT_IN = re.compile(r"\{\w*\}|<\w+>")
_GENERATION = re.compile(r"_g\d+\b")
_PARAMETER = re.compile(r"%(?:\((\w+)\)s|(s|%))")
_TABLE = re.compile(r"\{(\w+)\}")


def written(tables: Mapping[str, str]) -> Iterator[str]:
    """Yield each statement, on these tables by their names."""
    for path in _modules():
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = importlib.import_module(".".join(parts).removeprefix("graphql.").removesuffix(".__init__"))
        texts = [*_constants(module), *_literals(path, module)]
        for text in texts:
            # Not a part of a statement: one whose other parts are no tables, or stand in another.
            is_part = any(text in other and text != other for other in texts)
            if _BEGINS.match(text) and not is_part and all(name in tables for name in _TABLE.findall(text)):
                yield _TABLE.sub(lambda part: tables[part[1]], text)


def _modules() -> Iterator[Path]:
    for package in _PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.is_relative_to(_NOT_SENT_IN_PRODUCTION):
                yield path


def _constants(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        text = value.as_string(None) if isinstance(value, sql.Composable) else value
        if isinstance(text, str) and not name.startswith("__"):
            yield text


def _literals(path: Path, module: ModuleType) -> Iterator[str]:
    """Yield what stands within functions, as far as it names nothing of theirs."""
    for node in _strings(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant):
            yield str(node.value)
        elif _IS_STATEMENT.match(_text(node)):
            with suppress(NameError):
                yield eval(compile(ast.Expression(node), str(path), "eval"), vars(module))


def _strings(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield each text whole, not what a text is put together from."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node
    else:
        for below in ast.iter_child_nodes(node):
            yield from _strings(below)


def unknown(statements: Iterable[str]) -> Iterator[str]:
    """Yield each text in the product that begins like a statement and whose longest part stands in none of these."""
    known = "\n".join(map(_flat, statements))
    for path in _modules():
        for node in _strings(ast.parse(path.read_text())):
            text = _text(node)
            longest = max(map(_flat, _PUT_IN.split(_COPY.sub("", text))), key=len)
            if _IS_STATEMENT.match(text) and longest not in known:
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {longest}"


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    """Return the text, with braces for what another module or function puts in."""
    values = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in values)


def _flat(text: str) -> str:
    return " ".join(_GENERATION.sub("", text).replace('"', "").replace("read_models.", "").split())


def numbered(text: str) -> str:
    """Return the statement with its parameters as PostgreSQL numbers them."""
    numbers: dict[Any, int] = {}

    def number(part: re.Match[str]) -> str:
        key = part[1] or len(numbers)
        return "%" if part[2] == "%" else f"${numbers.setdefault(key, len(numbers) + 1)}"

    return _PARAMETER.sub(number, text)
