"""The GraphQL documents of the pages: a file beside the module that asks with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Document:
    """`name` is its path below this package, without the suffix. `is_query`: it changes nothing."""

    name: str
    text: str
    is_query: bool


@cache
def document(name: str) -> Document:
    text = (ROOT / f"{name}.graphql").read_text(encoding="utf-8")
    return Document(name, text, text.startswith("query"))


def documents() -> Iterator[Document]:
    """Yield the documents of all pages."""
    for path in sorted(ROOT.rglob("*.graphql")):
        yield document(str(path.relative_to(ROOT).with_suffix("")))


def by_digest() -> dict[str, str]:
    """Return the documents by their SHA-256, as a list of trusted documents has them."""
    return {sha256(each.text.encode()).hexdigest(): each.text for each in documents()}
