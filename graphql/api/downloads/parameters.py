"""Filters as query parameters: the fields of a GraphQL input under the same names; repeat a name for several values."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import fields
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl, urlencode

import strawberry
from starlette.datastructures import QueryParams

from api.core.answers import Refused
from api.core.errors import ApiError, api_path
from api.core.scalars import SCALARS, Misread
from api.limits.values import MOST_IN_LIST
from domain.kernel.errors import ErrorCode

W = TypeVar("W")
#: Parameters that newsletters, campaigns and social networks append to links, and readers against caches.
_APPENDED = re.compile(
    r"(utm|mtm|pk|matomo|piwik|hsa|mc|at|vero)_\w+|(fb|g|gb|dc|ms|tt|tw|y)clid|gad_\w+|gclsrc|[gw]braid|msclkid|li_fat_id"
    r"|_hs(enc|mi)|igshid?|xtor|mkt_tok|_(ga|gl)?|srsltid|sfmc_\w+|nocache|cachebuster",
    re.IGNORECASE,
)
#: A `+` that was not encoded arrives as a blank: `2027-01-15T18:00:00 01:00`.
_LOST_PLUS = re.compile(r"(T.*) (\d{2}:?\d{2})")
_STATUS = {ErrorCode.UNAUTHENTICATED.value: 401, ErrorCode.FORBIDDEN.value: 403}


def is_filter(name: str) -> bool:
    """Return whether a parameter may be meant for us: newsletters and campaigns append names of their own."""
    return _APPENDED.fullmatch(name) is None


def filtering(query: str) -> str:
    """Return the part of a query that filters, as it is written."""
    pairs = [(name, value) for name, value in parse_qsl(query) if is_filter(name)]
    return urlencode(pairs)


def where_of(where: type[W], params: QueryParams, beside: Collection[str] = ()) -> W:
    """Return the filter in the parameters; those `beside` it have another reader.

    Raises Refused (400), naming the parameter that is unknown or malformed.
    """
    hints = get_type_hints(where, include_extras=False)
    names = {api_path([field.name])[0]: field.name for field in fields(where)}  # type: ignore[arg-type]
    filters: dict[str, Any] = {}
    for name in filter(is_filter, params):
        if name in beside:
            continue
        if name not in names:
            raise bad(name, f"paramètre inconnu ; acceptés : {', '.join(sorted({*names, *beside}))}")
        several, read = _reader(hints[names[name]])
        values = [value for value in params.getlist(name) if value]
        if len(values) > 1 and not several:
            raise bad(name, "une seule valeur attendue")
        if len(values) > MOST_IN_LIST:
            raise bad(name, f"{MOST_IN_LIST} valeurs au plus")
        try:
            parsed = [read(value) for value in values]
        except ValueError as error:
            raise bad(name, str(error)) from None
        if parsed:
            filters[names[name]] = parsed if several else parsed[0]
    return where(**filters)


def bad(name: str, message: str) -> Refused:
    return Refused(400, ErrorCode.INVALID.value, f"{name} : {message}.", field=[name])


def as_refusal(error: ApiError) -> Refused:
    """Convert an error of a query: it names the parameter instead of the input's field."""
    details = dict(error.extensions or {})
    code = str(details.pop("code"))
    field = [name for name in details.pop("field", ()) if name != "where"]
    headers = {"WWW-Authenticate": "Bearer"} if code == ErrorCode.UNAUTHENTICATED.value else {}
    extensions = {"field": field} if field else {}
    return Refused(_STATUS.get(code, 400), code, error.message.removeprefix("where."), headers, **extensions)


def _reader(hint: Any) -> tuple[bool, Callable[[str], Any]]:
    """Return whether a field of this type takes several values, and the parser of one."""
    (kind,) = (
        (argument for argument in get_args(hint) if argument is not type(None))
        if get_origin(hint) in (UnionType, Union)
        else (hint,)
    )
    several = get_origin(kind) is list
    kind = get_args(kind)[0] if several else kind
    if kind is bool:
        return several, _boolean
    if kind is datetime:
        return several, _instant
    if isinstance(kind, type) and issubclass(kind, Enum):
        return several, lambda text: _member(kind, text)
    if kind is int:
        return several, _position
    assert kind in (str, strawberry.ID), f"no reader for {kind}"
    return several, str


def _position(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("nombre entier positif attendu, par exemple 1200")
    return int(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("true ou false attendu")
    return text == "true"


def _instant(text: str) -> Any:
    parse = SCALARS[datetime].parse_value
    assert parse is not None
    instant = parse(_LOST_PLUS.sub(r"\1+\2", text))
    if isinstance(instant, Misread):
        raise ValueError(instant.expected)
    return instant


def _member(kind: type[Enum], text: str) -> Enum:
    if text not in kind.__members__:
        raise ValueError(f"valeurs acceptées : {', '.join(kind.__members__)}")
    return kind[text]
