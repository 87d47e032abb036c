"""Addresses of this site that came in from outside."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote_plus, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.core.problems import Problem
from web.core.typed import readable_line

_ACCOUNT = "/mon-compte"
#: Characters around an address in a letter, which are copied with it.
_AROUND = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}/.,;:!?()[]{}<>«»“”\"'’*…"
#: A word of an address, which telephones begin with a capital: no link of somebody is so short.
_WORD = re.compile(r"[A-Za-z-]{1,30}", re.ASCII)


def own_path(path: str) -> str:
    """Return a path of this site: whoever signs in is led to no other. Raises Problem for anything else.

    Browsers take `\\` for `/`, and pass over tabs and line ends.
    """
    if not path:
        return _ACCOUNT
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable() or len(path) > 1_000:
        raise Problem.missing()
    return path


def address_without(request: Request, names: Collection[str], *further: tuple[str, str]) -> str:
    """Return the address of this page without these parameters, and with others."""
    query = query_without(request, names, *further)
    return f"/{request.url.path.lstrip('/')}" + (f"?{query}" if query else "")


def query_without(request: Request, names: Collection[str], *further: tuple[str, str]) -> str:
    """Return the parameters of this page without these, and with others."""
    pairs = request.query_params.multi_items()
    kept = [(name, value) for name, value in pairs if value and name not in names]
    # Most addresses have nothing to leave out; to write one anew takes longer than to look.
    query = urlencode(kept) if kept != pairs else request.url.query
    # What is added has names of our own.
    return "&".join([*([query] if query else []), *(f"{name}={quote_plus(value)}" for name, value in further)])


def mended(request: Request) -> Response | None:
    """Lead from an address that leads nowhere to the one that was meant, if it is another."""
    # What begins with a point is asked for by programs (RFC 8615).
    if request.method not in ("GET", "HEAD") or request.url.path.startswith("/."):
        return None
    parts = readable_line(request.url.path).strip(_AROUND).split("/")
    path = "/" + "/".join(part.lower() if _WORD.fullmatch(part) else part for part in parts if part)
    query = f"?{request.url.query}" if request.url.query else ""
    return None if path == request.url.path else RedirectResponse(path + query, 308)
