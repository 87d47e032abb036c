"""Write the page of documentation (`make docs`): `guide.md` on the whole, `reference` on the parts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template

from graphql import build_schema
from strawberry import Schema

from api.core.asker.requests import LARGEST_BODY, LONGEST_DOCUMENT, MOST_VALUES
from api.core.commanding.text_lengths import LONGEST_TEXT as LONGEST_VALUE
from api.core.error_codes import ERROR_CODES
from api.core.lists.checks import LONGEST_TEXT
from api.core.lists.paging import MOST_ITEMS
from api.http.sockets import MOST_OPERATIONS_AT_ONCE
from api.http.uploads import LARGEST_UPLOAD
from api.limits.cost import MOST_COST, MOST_OF_SCHEMA
from api.limits.documents import DEEPEST, MOST_ALIASES, MOST_ALIKE, MOST_SPREADS, MOST_TOKENS
from api.limits.values import MOST_IN_LIST
from api.publishing.documentation.reference import reference
from api.publishing.sdl import sdl
from projections.engine.paging import DEFAULT_PAGE, LARGEST_PAGE

_HERE = Path(__file__).parent
_LIMITS = {
    "largest_body": LARGEST_BODY,
    "largest_upload": LARGEST_UPLOAD,
    "longest_document": LONGEST_DOCUMENT,
    "most_tokens": MOST_TOKENS,
    "deepest": DEEPEST,
    "most_aliases": MOST_ALIASES,
    "most_alike": MOST_ALIKE,
    "most_spreads": MOST_SPREADS,
    "most_values": MOST_VALUES,
    "most_cost": MOST_COST,
    "most_of_schema": MOST_OF_SCHEMA,
    "most_items": MOST_ITEMS,
    "longest_value": LONGEST_VALUE,
    "most_in_list": MOST_IN_LIST,
    "longest_text": LONGEST_TEXT,
    "most_subscriptions": MOST_OPERATIONS_AT_ONCE,
    "default_page": DEFAULT_PAGE,
    "largest_page": LARGEST_PAGE,
}


@cache
def page(schema: Schema) -> str:
    """Return the page in Markdown. It only depends on the schema, the error codes and the limits."""
    guide = Template(_read("guide.md")).substitute(
        {name: f"{limit:,}" for name, limit in _LIMITS.items()},
        error_codes="\n".join(f"| `{code}` | {meaning} |" for code, meaning in ERROR_CODES.items()),
        client=_read("client.toml").strip(),
        contents="$contents",
    )
    whole = f"{guide}\n{reference(build_schema(sdl(schema)))}"
    return Template(whole).safe_substitute(contents=_contents(whole))


def slug(heading: str) -> str:
    """Return the anchor of a heading, as sites that render Markdown name it."""
    characters = (char for char in heading.lower() if char.isalnum() or char in " -_")
    return "".join(characters).replace(" ", "-")


def _contents(text: str) -> str:
    headings = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    return "\n".join(f"- [{heading}](#{slug(heading)})" for heading in headings)


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
