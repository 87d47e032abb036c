"""Every statement that stands in the product's modules, whether or not something occasions it here."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from psycopg import sql

ROOT = Path(__file__).parents[3]
_PACKAGES = ("application", "cli", "eventstore", "graphql/api", "projections")
#: What fills a database for a demonstration.
_NOT_SENT_IN_PRODUCTION = ROOT / "cli" / "demo"
_BEGINS = re.compile(r"^\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b(?!.*\{\}).*", re.DOTALL)
_PARAMETER = re.compile(r"%(?:\((\w+)\)s|(s|%))")
_TABLE = re.compile(r"\{(\w+)\}")


def written(tables: Mapping[str, str]) -> Iterator[str]:
    """Yield each statement, on these tables by their names."""
    for package in _PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.is_relative_to(_NOT_SENT_IN_PRODUCTION):
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts).removeprefix("graphql.").removesuffix(".__init__")
            texts = [*_constants(importlib.import_module(name)), *_literals(path)]
            for text in texts:
                # Not a part of a statement: one whose other parts are no tables, or stand in another.
                is_part = any(text in other and text != other for other in texts)
                if _BEGINS.match(text) and not is_part and all(name in tables for name in _TABLE.findall(text)):
                    yield _TABLE.sub(lambda part: tables[part[1]], text)


def _constants(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        text = value.as_string(None) if isinstance(value, sql.Composable) else value
        if isinstance(text, str) and not name.startswith("__"):
            yield text


def _literals(path: Path) -> Iterator[str]:
    """Yield what is given to `execute` as it is."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("execute", "executemany") and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def numbered(text: str) -> str:
    """Return the statement with its parameters as PostgreSQL numbers them."""
    numbers: dict[Any, int] = {}

    def number(part: re.Match[str]) -> str:
        key = part[1] or len(numbers)
        return "%" if part[2] == "%" else f"${numbers.setdefault(key, len(numbers) + 1)}"

    return _PARAMETER.sub(number, text)
