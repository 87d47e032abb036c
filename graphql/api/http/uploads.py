"""Parse uploaded files: the GraphQL multipart request specification.

Another site can make a browser post a form without a preflight request. Tokens travel in a header, never in a cookie,
so such a form acts for nobody; it is refused nonetheless, unless a header forces a preflight (`Authorization` or
`GraphQL-Require-Preflight`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from api.core.answers import Refused
from api.core.asker.requests import LARGEST_BODY
from application.files.scans import MAX_SCAN_BYTES, too_large
from domain.kernel.actors import Actor, Role

#: Larger than the largest scan, so that the mutation itself refuses a scan that is slightly too large.
LARGEST_UPLOAD = MAX_SCAN_BYTES * 3 // 2
MULTIPART = "multipart/form-data"
_PREFLIGHT_HEADERS = (
    "authorization",
    "graphql-require-preflight",
    "apollo-require-preflight",
    "x-apollo-operation-name",
)

# Its warnings can be provoked by anybody; the answer reports them.
logging.getLogger("python_multipart").setLevel(logging.ERROR)

ParseJson = Callable[[str], Any]


def asks_first(headers: Headers) -> bool:
    """Whether a browser sends a preflight request before it posts this form for another site."""
    return any(headers.get(name) for name in _PREFLIGHT_HEADERS)


def largest_body(actor: Actor, content_type: str) -> tuple[int, Refused | None]:
    """Return the limit of a body, and how to refuse a longer one if not in general terms."""
    if content_type != MULTIPART or actor.role is Role.PUBLIC:
        return LARGEST_BODY, None
    (problem,) = too_large().problems
    return LARGEST_UPLOAD, Refused(413, "TOO_LARGE", problem.message, field=list(problem.field))


async def operations_of(request: Request, parse_json: ParseJson) -> dict[str, Any]:
    """Return the operation of a form, its file put at the places in the variables that `map` names. Raises Refused.

    The file is closed with the request.
    """
    form = await form_of(request)
    operations, places = (_json_object(form, name, parse_json) for name in ("operations", "map"))
    for name, paths in places.items():
        file = form.get(name)
        if isinstance(file, str):
            raise _malformed(f"le fichier « {name} » doit porter un nom (filename, RFC 7578)")
        if not isinstance(file, UploadFile):
            raise _malformed(f"le fichier « {name} » que nomme map manque")
        if not isinstance(paths, list):
            raise _malformed("map : une liste de chemins est attendue pour chaque fichier")
        for path in paths:
            _put(operations, path, file)
    return operations


async def form_of(request: Request) -> FormData:
    """Read the form once. Raises Refused."""
    try:
        return await request.form(max_files=1, max_fields=8, max_part_size=LARGEST_BODY)
    except (HTTPException, MultiPartException) as error:
        raise _malformed("formulaire multipart illisible, ou plus d'un fichier") from error


def _json_object(form: FormData, name: str, parse_json: ParseJson) -> dict[str, Any]:
    text = form.get(name)
    value = parse_json(text) if isinstance(text, str) else None
    if not isinstance(value, dict):
        raise _malformed(f"{name} : un objet JSON est attendu")
    return value


def _put(operations: dict[str, Any], path: object, file: UploadFile) -> None:
    first, *steps = path.split(".") if isinstance(path, str) else ("",)
    place: Any = operations.get("variables")
    try:
        if first != "variables":
            raise KeyError(first)
        for step in steps[:-1]:
            place = place[_key(place, step)]
        key = _key(place, steps[-1])
        if place[key] is not None:
            raise KeyError(key)
        place[key] = file
    except (LookupError, TypeError, ValueError):
        raise _malformed("map : chaque chemin doit mener à une valeur null sous variables") from None


def _key(place: Any, step: str) -> str | int:
    return int(step) if isinstance(place, list) else step


def _malformed(what: str) -> Refused:
    return Refused(400, "BAD_REQUEST", f"Envoi de fichier mal formé : {what}.")
