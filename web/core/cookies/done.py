"""Say that something was done only where it just happened, never because an address says so."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.core.cookies.sealed import SealedCookie
from web.core.paths import address_without

#: The parameters by which a form leads on to what the next page says.
OUTCOME_NAMES = frozenset(("ajout", "etape", "fait", "importes", "piece", "publiees"))


class Done:
    """Keeps the address that a form has just led to, for that page to be shown so once."""

    def __init__(self, secret: bytes, secure: bool) -> None:
        self._led_to = SealedCookie("parentalite-fait", "done", secret, secure)
        self._handed_over = SealedCookie("parentalite-remis", "handed over", secret, secure)

    def without(self, request: Request) -> Response | None:
        """Lead to the page itself where its address tells of something that did not just happen."""
        if request.method != "GET" or OUTCOME_NAMES.isdisjoint(request.query_params):
            return None
        if self._led_to.get(request) == _plain(str(request.url)):
            return None
        return RedirectResponse(address_without(request, OUTCOME_NAMES), 303)

    def keep(self, request: Request, response: Response) -> Response:
        """Remember where a form leads to, and forget it once that page was shown."""
        location = response.headers.get("location", "")
        if request.method == "POST" and not OUTCOME_NAMES.isdisjoint(dict(parse_qsl(urlsplit(location).query))):
            self._led_to.put(request, response, _plain(location), 600)
        elif request.method == "GET" and not OUTCOME_NAMES.isdisjoint(request.query_params):
            self._led_to.drop(request, response)
        return response

    def hand_over(self, request: Request, response: Response, reader: str, values: Mapping[str, str]) -> None:
        """Keep for some minutes what the page that is led to shows to this reader alone.

        Addresses stay in histories and logs.
        """
        whose = {"path": _led_to(response), "reader": sha256(reader.encode()).hexdigest()}
        self._handed_over.put(request, response, urlencode({**values, **whose}), 600)

    def forget(self, request: Request, response: Response) -> None:
        """Forget what an earlier form handed over to the page that is led to."""
        if dict(parse_qsl(self._handed_over.get(request) or "")).get("path") == _led_to(response):
            self._handed_over.drop(request, response)

    def handed_over(self, request: Request, reader: str) -> Mapping[str, str]:
        """Return what was handed over here to this reader, if anything."""
        values = dict(parse_qsl(self._handed_over.get(request) or ""))
        whose = (values.get("path"), values.get("reader"))
        return values if whose == (request.url.path, sha256(reader.encode()).hexdigest()) else {}


def _led_to(response: Response) -> str:
    return unquote(urlsplit(response.headers["location"]).path)


def _plain(address: str) -> str:
    parts = urlsplit(address)
    return f"{unquote(parts.path)}?{urlencode(parse_qsl(parts.query))}"
