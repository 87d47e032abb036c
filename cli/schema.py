"""`parentalite schema`: what is published of the schema, written from the code or compared with it."""

from __future__ import annotations

from collections.abc import Callable
from difflib import unified_diff
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.console import Refused, note

_ROOT = Path(__file__).parents[1]


_BREAKING = "the schema breaks clients; where that is meant: make accept-schema"


class Form(StrEnum):
    """In what form the schema is published."""

    SDL = "sdl"
    BARE = "bare"
    DOCS = "docs"


PUBLISHED = {
    Form.SDL: _ROOT / "graphql" / "schema.graphql",
    Form.BARE: _ROOT / "graphql" / "baseline.graphql",
    Form.DOCS: _ROOT / "docs" / "graphql.md",
}


def schema(
    form: Annotated[
        Form, typer.Option("--as", help="SDL, SDL without descriptions, or the page of documentation.")
    ] = Form.SDL,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the published file instead; exit with 1 when they differ.")
    ] = False,
    published: Annotated[
        Path | None,
        typer.Option(
            "--published",
            help="The published file.",
            show_default="graphql/schema.graphql, graphql/baseline.graphql or docs/graphql.md",
        ),
    ] = None,
    breaking_since: Annotated[
        typer.FileText | None,
        typer.Option(
            "--breaking-since",
            metavar="FILE",
            encoding="utf-8",
            help="Name what would break clients of this schema instead (- reads it); exit with 1 when anything would.",
        ),
    ] = None,
) -> None:
    """Print the GraphQL schema, check that the published file says the same, or name what would break clients.

    Needs no database. Try: `git show v1.0:graphql/schema.graphql | parentalite schema --breaking-since -`
    """
    if breaking_since is not None:
        if _breaking(_text(breaking_since.name, breaking_since.read), breaking_since.name):
            raise Refused(_BREAKING)
    elif check:
        _check(form, published or PUBLISHED[form])
    else:
        typer.echo(_written(form), nl=False)


def _written(form: Form) -> str:
    # Imported here: Strawberry takes most of a second, which the other commands should not cost.
    from api.publishing.documentation import page
    from api.publishing.sdl import bare_sdl, sdl
    from api.schema import schema

    return {Form.SDL: sdl, Form.BARE: bare_sdl, Form.DOCS: page}[form](schema)


def _check(form: Form, path: Path) -> None:
    published, current = _text(str(path), lambda: path.read_text(encoding="utf-8")), _written(form)
    if published == current:
        return
    breaking = form is not Form.DOCS and _breaking(published, str(path))
    for line in unified_diff(published.splitlines(), current.splitlines(), str(path), "the code", lineterm="", n=0):
        note(line)
    if breaking and form is Form.BARE:
        raise Refused(_BREAKING)
    raise Refused(f"the code and {path.name} differ; write it anew with: make schema")


def _breaking(before: str, name: str) -> bool:
    """Whether the schema breaks clients of the one before. Names what does, and what they should be told of."""
    from graphql import GraphQLError

    from api.publishing.breaking_changes import changes
    from api.publishing.sdl import sdl
    from api.schema import schema

    try:
        found = changes(before, sdl(schema))
    except (GraphQLError, TypeError) as error:
        raise Refused(f"{name} is no GraphQL schema: {str(error).splitlines()[0]}") from None
    for change in found.breaking:
        note(f"breaking change: {change}")
    for change in found.to_note:
        note(f"for clients to know: {change}")
    return bool(found.breaking)


def _text(name: str, read: Callable[[], str]) -> str:
    try:
        return read()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{name} cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}") from None
