"""Somebody who reads pages and sends forms, without a browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie

import html5lib
import httpx

NOTHING: Mapping[str, str] = {}
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class _Elements(HTMLParser):
    """The start tags of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, {name: value or "" for name, value in attrs}))


@dataclass
class Visitor:
    """A visitor with cookies of their own. Every page that they see is valid HTML."""

    address: str
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.address, headers={"accept": HTML}, timeout=30, verify=False)
        self.http.event_hooks = {"response": [self._keep_cookies]}

    def signs_in(self, role: str) -> Visitor:
        """Take a role that the site offers."""
        self.sends(self.sees("/connexion"), values={"role": role, "vers": "/inscription"})
        return self

    def sees(self, path: str, status: int = 200) -> str:
        """Return the page at the end of all redirections."""
        return self._page(self.http.get(path, follow_redirects=True), status)

    def sends(
        self, page: str, button: str | None = None, values: Mapping[str, str] = NOTHING, status: int = 200
    ) -> str:
        """Fill in a form of the page and send it; return the page that it leads to."""
        return self._page(self.http.send(self.form(page, button, values), follow_redirects=True), status)

    def form(self, page: str, button: str | None = None, values: Mapping[str, str] = NOTHING) -> httpx.Request:
        """Return the request of the form that posts; `button` is its field `action`, where there are several."""
        forms: list[tuple[str, dict[str, str]]] = []
        for tag, attributes in elements(page):
            if tag == "form":
                forms.append((attributes["action"], {}))
            elif tag == "input" and forms and "name" in attributes and _is_sent(attributes):
                forms[-1][1][attributes["name"]] = attributes.get("value", "")
        posting = [(action, fields) for action, fields in forms if "jeton" in fields]
        action, fields = next((action, fields) for action, fields in posting if fields.get("action") == button)
        return self.http.build_request("POST", action, data=fields | dict(values))

    def _keep_cookies(self, answer: httpx.Response) -> None:
        """Keep also those that are for TLS alone, as a browser does beyond a proxy."""
        for header in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                self.http.cookies.set(name, morsel.value)

    def _page(self, answer: httpx.Response, status: int) -> str:
        assert answer.status_code == status, (answer.status_code, re.findall("<main.*</h1>", answer.text, re.DOTALL))
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "unsafe" not in answer.headers["content-security-policy"]
        html5lib.HTMLParser(strict=True).parse(answer.text)
        assert not (astray := links_astray(answer.text)), astray
        return answer.text


def _is_sent(attributes: Mapping[str, str]) -> bool:
    return attributes.get("type") not in ("radio", "checkbox") or "checked" in attributes


def elements(page: str) -> list[tuple[str, dict[str, str]]]:
    return _Elements(page).all


def links_astray(page: str) -> list[str]:
    """Return the links within the page to what is not on it."""
    places = {"", *(attributes["id"] for _, attributes in elements(page) if "id" in attributes)}
    return [link for link in links(page) if link.startswith("#") and link[1:] not in places]


def links(page: str) -> list[str]:
    return [attributes["href"] for tag, attributes in elements(page) if tag == "a" and "href" in attributes]
