"""`parentalite documents`: GraphQL documents by their hash, for servers that accept trusted documents only."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import orjson
import typer

from cli.console import Refused


def documents(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="GraphQL files, or folders of .graphql files.")
    ],
) -> None:
    """Print GraphQL documents by their SHA-256, as the JSON that PARENTALITE_TRUSTED_DOCUMENTS names.

    Each must be valid in this version's schema. Clients then send `documentId: "sha256:…"` instead of the document.
    Try: `parentalite documents graphql/operations > trusted.json`
    """
    # Imported here: Strawberry takes most of a second, which other commands should not pay.
    from api.publishing.sdl import faults
    from api.schema import schema

    by_hash: dict[str, str] = {}
    for file in _files(paths):
        try:
            document = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}") from None
        if errors := faults(schema, document):
            raise Refused(f"{file}: {errors[0]}")
        by_hash[sha256(document.encode()).hexdigest()] = document
    typer.echo(orjson.dumps(by_hash, option=orjson.OPT_INDENT_2))


def _files(paths: list[Path]) -> list[Path]:
    files = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
        elif contents := sorted(path.rglob("*.graphql")):
            files += contents
        else:
            raise Refused(f"{path}: there is no .graphql file in it")
    return files
