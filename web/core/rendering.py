"""Turn what the API answered into a page: one template, its headers, compressed where the browser takes it."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
from cachetools import LRUCache
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from web.core import french
from web.core.cookies.sessions import Sessions
from web.core.documents import ROOT

#: Nothing inline, nothing from elsewhere. Styles hold small images as data.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_SCRIPTS = "; script-src 'self'; connect-src 'self'"
_SHORT = 1_000
#: The most characters of fragments that are kept, and the longest values of one: an address may name anything.
_MOST_KEPT, _LONGEST_VALUES = 4_000_000, 16_000


class _Environment(Environment):
    """Looks a name up among the keys of what the API answered first: to fail at an attribute takes Python long."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class Templates:
    """The templates of a site: HTML is escaped, and a name that nobody gave is an error."""

    def __init__(self, sessions: Sessions, **site: Any) -> None:
        """`site`: what every template may name."""
        self._sessions = sessions
        self._environment = _Environment(
            loader=FileSystemLoader(ROOT),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        for name in (
            "day",
            "month",
            "hour",
            "span",
            "seats",
            "count",
            "plural",
            "how_many",
            "total",
            "typography",
            "decimal",
            "percent",
            "euros",
            "size",
            "moment",
            "agent",
            "path",
        ):
            self._environment.filters[name] = getattr(french, name)
        self._environment.globals.update(site, fragment=self.fragment)
        self._fragments: LRUCache[tuple[str, bytes], str] = LRUCache(_MOST_KEPT, getsizeof=len)

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page. It is for this reader, at this moment: no cache may keep it."""
        query = f"?{request.url.query}" if request.url.query else ""
        about: dict[str, Any] = {"path": request.url.path, "here": request.url.path + query}
        about["signed_in"] = self._sessions.token(request) is not None
        text = self._environment.get_template(f"{template}.html").render(**about, **values)
        content, headers = text.encode(), {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        headers["Vary"] = "Accept, Accept-Encoding, Cookie"
        if len(content) > _SHORT and "gzip" in request.headers.get("accept-encoding", ""):
            content = gzip.compress(content, 5, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return Response(content, status, headers, "text/html; charset=utf-8")

    def fragment(self, template: str, **values: Any) -> str:
        """Return what a template makes of these values alone, written once for the same ones."""
        key = (template, orjson.dumps(values))
        text = self._fragments.get(key)
        if text is None:
            text = self._environment.get_template(f"{template}.html").render(values)
            if len(key[1]) <= _LONGEST_VALUES:
                self._fragments[key] = text
        return text

    def scripted_page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page that runs a script file of this site."""
        response = self.page(request, template, status, **values)
        response.headers["Content-Security-Policy"] = POLICY + _SCRIPTS
        return response
