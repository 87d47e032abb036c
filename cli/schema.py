"""`parentalite schema`: the published SDL, written from the code or compared with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.console import Refused, note

PUBLISHED = Path(__file__).parents[1] / "graphql" / "schema.graphql"


def schema(
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the published file instead; exit with 1 when they differ.")
    ] = False,
    published: Annotated[
        Path, typer.Option("--published", help="The published file.", show_default="graphql/schema.graphql")
    ] = PUBLISHED,
) -> None:
    """Print the GraphQL schema as SDL, or check that the published file says the same.

    Needs no database. A difference that would break clients is named as such.
    """
    # Imported here: Strawberry takes most of a second, which the other commands should not cost.
    from api.sdl import check_against, sdl

    if not check:
        typer.echo(sdl(), nl=False)
        return
    try:
        differences = check_against(published)
    except OSError as error:
        raise Refused(f"{published} cannot be read: {error.strerror}") from None
    for line in differences:
        note(line)
    if differences:
        raise Refused("the code and the published schema differ; write it anew with: make schema")
