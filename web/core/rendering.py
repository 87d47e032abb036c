"""Turn what the API answered into a page: one template, its headers, compressed where the browser takes it."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from web.core import french
from web.core.cookies.done import OUTCOME_NAMES, Done
from web.core.cookies.lists import Lists, is_list
from web.core.cookies.sessions import Sessions
from web.core.cookies.warnings import handed_over
from web.core.desks import at_desk, whose
from web.core.documents import ROOT
from web.core.pages import namesakes
from web.core.paths import address_without

#: Nothing inline, nothing from elsewhere. Styles hold small images as data.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_SCRIPTS = "; script-src 'self'; connect-src 'self'"
_SHORT = 1_000
#: The most characters of fragments that are kept, about ten thousand cards, and the longest values of one: an address
#: may name anything.
_MOST_KEPT, _LONGEST_VALUES = 8_000_000, 16_000
#: Where the menu leads to beside its own addresses.
_OF_ACCOUNTS = ("/mon-compte", "/connexion")


class _Environment(Environment):
    """Looks a name up among the keys of what the API answered first: to fail at an attribute takes Python long."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)


class Templates:
    """The templates of a site: HTML is escaped, and a name that nobody gave is an error."""

    def __init__(self, sessions: Sessions, done: Done, lists: Lists, **site: Any) -> None:
        """`site`: what every template may name."""
        self._sessions, self._done, self._lists = sessions, done, lists
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
            "adults",
            "came",
            "free",
            "written",
            "who_comes",
            "how_many",
            "total",
            "typography",
            "capital",
            "decimal",
            "percent",
            "euros",
            "size",
            "moment",
            "agent",
            "path",
        ):
            self._environment.filters[name] = getattr(french, name)
        self._environment.filters["namesakes"] = namesakes
        places = {*_OF_ACCOUNTS, *(address for address, _ in site.get("menu", ()))}
        own = {"fragment": self.fragment, "fragments": self.fragments, "choice": self.choice, "places": places}
        self._environment.globals.update(site, **own)
        # Templates call it `page`: importing it, each page would make it anew.
        self._environment.globals["page"] = self._environment.get_template("layout/macros.html").module
        # A plain dict: it is read for every card of every list, and an LRU cache takes ten times as long.
        self._fragments: dict[tuple[str, bytes], Markup] = {}
        self._left = _MOST_KEPT

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page. It is for this reader, at this moment: no cache may keep it."""
        query = f"?{request.url.query}" if request.url.query else ""
        about: dict[str, Any] = {"path": request.url.path, "here": request.url.path + query}
        about["signed_in"] = self._sessions.token(request) is not None
        # What a form of this page is posted to, without what is said once; and whose page it is, for links and forms.
        about |= {"address": at_desk(request, address_without(request, OUTCOME_NAMES)), "whose": whose(request)}
        about |= {"at_desk": partial(at_desk, request), "trail": partial(self._trail, request)}
        about |= {"outcome": partial(self._outcome, request), "back": partial(self._back, request)}
        text = self._environment.get_template(f"{template}.html").render(about | values)
        content, headers = text.encode(), {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        headers["Vary"] = "Accept, Accept-Encoding, Cookie"
        if len(content) > _SHORT and "gzip" in request.headers.get("accept-encoding", ""):
            content = gzip.compress(content, 5, mtime=0)
            headers["Content-Encoding"] = "gzip"
        response = Response(content, status, headers, "text/html; charset=utf-8")
        # Who only looks around is given no cookie, and waits for none to be sealed.
        if status == 200 and (token := self._sessions.token(request)) is not None:
            self._lists.keep(request, response, token)
        return response

    def _outcome(self, request: Request, done: str | None, posted: Any) -> Markup:
        """Return what was just done with what it warns of, or why it was not."""
        macros: Any = self._environment.globals["page"]
        read = handed_over(self._done, request, self._sessions.token(request) or "")
        return Markup(macros.outcome(done, posted)) + Markup(macros.to_check(read))

    def _trail(self, request: Request, places: Iterable[tuple[str, str]], here: str) -> Markup:
        """Return where this page stands among those of a desk, which are of the same structure or territory.

        The nearest list is as its reader last saw it.
        """
        macros: Any = self._environment.globals["page"]
        trail = [(at_desk(request, address), label) for address, label in places]
        if nearest := next((place for place in reversed(trail) if is_list(place[0])), None):
            trail[trail.index(nearest)] = (self._back(request, nearest[0]), nearest[1])
        return Markup(macros.trail(trail, here))

    def _back(self, request: Request, address: str) -> str:
        """Return the address of a list as its reader last saw it, of the same structure or territory."""
        path = address.partition("?")[0]
        query = self._lists.narrowed(request, self._sessions.token(request) or "", path)
        named, params = whose(request), dict(parse_qsl(query))
        if not query or (named and params.get(named[0], named[1]) != named[1]):
            return address
        return at_desk(request, f"{path}?{query}")

    def fragment(self, template: str, **values: Any) -> Markup:
        """Return what a template makes of these values alone, written once for the same ones."""
        key = (template, orjson.dumps(values))
        return self._fragments.get(key) or self._written(key, values)

    def fragments(self, template: str, name: str, items: Iterable[msgspec.Raw]) -> Markup:
        """Return the fragment of each item of JSON, which the template knows by `name`."""
        kept, keys = self._fragments, [(template, bytes(item)) for item in items]
        return Markup("\n".join([kept.get(key) or self._written(key, {name: orjson.loads(key[1])}) for key in keys]))

    def choice(self, name: str, label: str, terms: Sequence[Any], chosen: Sequence[str], any: str) -> Markup:
        """Return a filter with one choice among the terms of a list."""
        return self.fragment("layout/choice", name=name, label=label, terms=terms, chosen=chosen, any=any)

    def _written(self, key: tuple[str, bytes], values: Mapping[str, Any]) -> Markup:
        template, about = key
        text = Markup(self._environment.get_template(f"{template}.html").render(values))
        if len(about) <= _LONGEST_VALUES:
            self._left -= len(about) + len(text)
            if self._left < 0:
                self._fragments.clear()
                self._left = _MOST_KEPT
            self._fragments[key] = text
        return text

    def scripted_page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page that runs a script file of this site."""
        response = self.page(request, template, status, **values)
        response.headers["Content-Security-Policy"] = POLICY + _SCRIPTS
        return response
