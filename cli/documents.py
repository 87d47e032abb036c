"""`parentalite documents`: documents by their hash, for clients that name them so and servers that answer no others."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import orjson
import typer

from cli.console import Refused


def documents(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Files of GraphQL, or folders of .graphql files.")
    ],
) -> None:
    """Print GraphQL documents by their SHA-256, as JSON: what PARENTALITE_TRUSTED_DOCUMENTS names.

    Each must hold good by this version's schema. A client then asks for one by `documentId: "sha256:…"` instead of
    sending it. Try: `parentalite documents graphql/operations > trusted.json`
    """
    # Imported here: Strawberry takes most of a second, which the other commands should not cost.
    from api.publishing.sdl import faults
    from api.schema import schema

    found: dict[str, str] = {}
    for file in _files(paths):
        try:
            document = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}") from None
        if told := faults(schema, document):
            raise Refused(f"{file}: {told[0]}")
        found[sha256(document.encode()).hexdigest()] = document
    typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))


def _files(paths: list[Path]) -> list[Path]:
    found = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
        elif inside := sorted(path.rglob("*.graphql")):
            found += inside
        else:
            raise Refused(f"{path}: there is no .graphql file in it")
    return found
