"""`parentalite schema`: print the published forms of the schema, or compare them with the code."""

from __future__ import annotations

from collections.abc import Callable
from difflib import unified_diff
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.console import Refused, note

_ROOT = Path(__file__).parents[1]
PUBLISHED = _ROOT / "graphql" / "schema.graphql"

_BREAKING = "the schema breaks clients; where that is meant, the change log says it in the words above"


class Form(StrEnum):
    """A form in which the schema is printed."""

    SDL = "sdl"
    BARE = "bare"
    DOCS = "docs"


def schema(
    form: Annotated[
        Form, typer.Option("--as", help="SDL, SDL without descriptions, or the documentation page.")
    ] = Form.SDL,
    check: Annotated[
        bool, typer.Option("--check", help="Compare the published SDL instead; exit with 1 if it differs.")
    ] = False,
    published: Annotated[
        Path, typer.Option("--published", help="The published SDL.", show_default="graphql/schema.graphql")
    ] = PUBLISHED,
    breaking_since: Annotated[
        typer.FileText | None,
        typer.Option(
            "--breaking-since",
            metavar="FILE",
            encoding="utf-8",
            help="List what would break clients of this schema (- for standard input); exit with 1 if anything would.",
        ),
    ] = None,
    announced_in: Annotated[
        typer.FileText | None,
        typer.Option(
            "--announced-in",
            metavar="FILE",
            encoding="utf-8",
            help="A change log: what its first version names as breaking, word for word, passes.",
        ),
    ] = None,
) -> None:
    """Print the GraphQL schema, check the published file against it, or list what would break clients.

    Needs no database. Try: `git show v1.0:graphql/schema.graphql | parentalite schema --breaking-since -`
    """
    if breaking_since is not None:
        announced = _first_version(_text(announced_in.name, announced_in.read)) if announced_in else ""
        if _breaks(_text(breaking_since.name, breaking_since.read), breaking_since.name, announced):
            raise Refused(_BREAKING)
    elif check:
        _check(published)
    else:
        typer.echo(_render(form), nl=False)


def _render(form: Form) -> str:
    # Imported here: Strawberry takes most of a second, which other commands should not pay.
    from api.publishing.documentation import page
    from api.publishing.sdl import bare_sdl, sdl
    from api.schema import schema

    return {Form.SDL: sdl, Form.BARE: bare_sdl, Form.DOCS: page}[form](schema)


def _check(path: Path) -> None:
    published, current = _text(str(path), lambda: path.read_text(encoding="utf-8")), _render(Form.SDL)
    if published == current:
        return
    for line in unified_diff(published.splitlines(), current.splitlines(), str(path), "the code", lineterm="", n=0):
        note(line)
    raise Refused(f"the code and {path.name} differ; write it anew with: make schema")


def _first_version(change_log: str) -> str:
    """Return the sections of a change log before its second version."""
    return "\n## [".join(change_log.split("\n## [")[:2])


def _breaks(before: str, name: str, announced: str) -> bool:
    """Return whether the schema breaks clients of the one before, but for what is announced; name all that changed."""
    from graphql import GraphQLError

    from api.publishing.breaking_changes import changes
    from api.publishing.sdl import sdl
    from api.schema import schema

    try:
        since = changes(before, sdl(schema))
    except (GraphQLError, TypeError) as error:
        raise Refused(f"{name} is no GraphQL schema: {str(error).splitlines()[0]}") from None
    unannounced = [change for change in since.breaking if change not in announced]
    for change in unannounced:
        note(f"breaking change: {change}")
    for change in since.to_note:
        note(f"for clients to know: {change}")
    return bool(unannounced)


def _text(name: str, read: Callable[[], str]) -> str:
    try:
        return read()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{name} cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}") from None
