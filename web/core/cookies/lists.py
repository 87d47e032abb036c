"""Keep how each list was narrowed when its reader last saw it: the trail of what stands in it leads back there."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from web.core.cookies.done import OUTCOME_NAMES
from web.core.cookies.sealed import SealedCookie
from web.core.paths import query_without

#: An address without an identifier: a list, or a form beside one.
_LIST = re.compile(r"(?:/[a-z-]{2,30})+")
#: What names whose list it is narrows nothing.
_WHOSE = frozenset(("structure", "territoire"))
_MOST, _LONGEST = 6, 500
_READER = "de"


class Lists:
    """Lists by their paths, for whoever reads them: sealed, so that addresses and histories say nothing more."""

    def __init__(self, secret: bytes, secure: bool) -> None:
        self._narrowed = SealedCookie("parentalite-listes", "lists", secret, secure)

    def keep(self, request: Request, response: Response, reader: str) -> None:
        """Remember how this list is narrowed; forget it where the whole list is shown."""
        path = request.url.path
        if request.method != "GET" or not _LIST.fullmatch(path):
            return
        query = query_without(request, OUTCOME_NAMES)
        narrows = any(name not in _WHOSE and name not in OUTCOME_NAMES for name in request.query_params)
        kept = self._kept(request, reader)
        narrowed = {each: of for each, of in kept.items() if each != path}
        if narrows and len(query) <= _LONGEST:
            narrowed[path] = query
        if narrowed != kept:
            latest = dict([*narrowed.items()][-_MOST:])
            self._narrowed.put(request, response, urlencode({**latest, _READER: _digest(reader)}))

    def narrowed(self, request: Request, reader: str, path: str) -> str:
        """Return the query that this list had when its reader last saw it, on the page of what stands in a list."""
        return "" if _LIST.fullmatch(request.url.path) else self._kept(request, reader).get(path, "")

    def _kept(self, request: Request, reader: str) -> dict[str, str]:
        kept = dict(parse_qsl(self._narrowed.get(request) or ""))
        return kept if kept.pop(_READER, "") == _digest(reader) else {}


def is_list(address: str) -> bool:
    """Return whether an address may be that of a list."""
    return _LIST.fullmatch(address.partition("?")[0]) is not None


def _digest(reader: str) -> str:
    return sha256(reader.encode()).hexdigest()[:16]
