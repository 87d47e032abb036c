"""A table that is imported: sent as CSV text, or as a file of any usual encoding."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from anyio import to_thread
from starlette.datastructures import UploadFile

from api.core.commanding.payloads import UserError
from application.tables.decoding import text_of
from domain.kernel.errors import ErrorCode, invalid

LARGEST_UPLOAD = 5_000_000


async def take_file(values: dict[str, Any], *, allowed: bool) -> None:
    """Put the text of the `file` among the values, if there is one, in the place of `csv`.

    Opens it only for whoever may import it. Raises DomainError.
    """
    if (file := values.pop("file", None)) is not None:
        values["csv"] = await _text(file, beside_text="csv" in values) if allowed else ""


async def _text(file: object, *, beside_text: bool) -> str:
    if beside_text:
        raise invalid("csv et file ne vont pas ensemble.", "file")
    if not isinstance(file, UploadFile):
        raise invalid("Fichier attendu, envoyé selon la spécification « GraphQL multipart request ».", "file")
    content = await to_thread.run_sync(file.file.read, LARGEST_UPLOAD + 1)
    if len(content) > LARGEST_UPLOAD:
        raise invalid("Fichier trop grand : 5 Mo au plus.", "file")
    return await to_thread.run_sync(text_of, content)


def named_as_sent(errors: Iterable[UserError], sent: str) -> list[UserError]:
    """Return the errors with the table called `file` or `csv`, as it was sent."""
    return [
        replace(error, field=[sent, *error.field[1:]]) if error.field and error.field[0] == "csv" else error
        for error in errors
    ]


def is_all_known(errors: Collection[UserError]) -> bool:
    """Return whether the only error is that all rows are known already: the wanted state holds."""
    return [(error.code, error.field) for error in errors] == [(ErrorCode.DUPLICATE, ["csv"])]
