"""Offer the documents of graphql/operations in GraphiQL: by topic, with French titles and example variables."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import orjson

_WORDS = Path(__file__).with_name("graphiql_assets") / "examples.toml"


def operations_folder() -> Path:
    """Return the folder of the documents: inside the installed package, or beside it in a checkout."""
    packaged = Path(__file__).parents[1] / "operations"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "operations"


def examples() -> list[dict[str, Any]]:
    """Return the topics in the order of the page: `topic`, and `examples` with `name`, `title`, `document` and
    `variables` (the last two as editable text). Raises FileNotFoundError for a title whose document is missing.
    """
    topics = tomllib.loads(_WORDS.read_text(encoding="utf-8"))["topics"]
    return [
        {"topic": topic["topic"], "examples": [_example(example) for example in topic["examples"]]} for topic in topics
    ]


def _example(words: dict[str, Any]) -> dict[str, str]:
    name = words["operation"]
    variables = orjson.dumps(words.get("variables", {}), option=orjson.OPT_INDENT_2).decode()
    document = (operations_folder() / f"{name}.graphql").read_text(encoding="utf-8")
    return {"name": name, "title": words["title"], "document": document, "variables": variables}
