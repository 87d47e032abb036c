"""What a page needs of images and scripts that may not be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_NAMED = ("a", "button", "summary", "label")


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    holds: set[str] = field(default_factory=set)


class _Needs(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[_Open] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.found += _alone(tag, attributes, self.get_starttag_text() or "")
        for each in self._open:
            # Of a label in `aria-label` nothing is seen.
            each.text += (attributes.get("alt") if tag == "img" else None) or ""
            each.holds.add("submit" if _sends(tag, attributes) else tag)
        if tag in ("form", "details", *_NAMED):
            self._open.append(_Open(tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].tag == tag:
            closed = self._open.pop()
            self.found += _whole(closed)

    def handle_data(self, data: str) -> None:
        for each in self._open:
            each.text += data.strip()


def needs(html: str) -> list[str]:
    """Return what of a page is lost without images and scripts; nothing of a page as it should be."""
    return _Needs(html).found


def _sends(tag: str, attributes: dict[str, str | None]) -> bool:
    return tag == "button" and attributes.get("type", "submit") == "submit"


def _alone(tag: str, attributes: dict[str, str | None], text: str) -> Iterator[str]:
    if tag == "img" and "alt" not in attributes:
        yield f"no alternative: {text}"
    if any(name.startswith("on") for name in attributes) or (attributes.get("href") or "").startswith("javascript:"):
        yield f"a script inside: {text}"
    if tag == "a" and not attributes.get("href") and "aria-current" not in attributes:
        yield f"leads nowhere: {text}"
    # What only a script moves is shown by the script.
    if tag == "button" and not _sends(tag, attributes) and "hidden" not in attributes:
        yield f"nothing without a script: {text}"


def _whole(element: _Open) -> Iterator[str]:
    if element.tag in _NAMED and "hidden" not in element.attributes and not element.text:
        yield f"no words in {element.tag}: {element.attributes}"
    if element.tag == "details" and "summary" not in element.holds:
        yield f"cannot be opened: {element.attributes}"
    if element.tag == "form" and not (element.attributes.get("action") and "submit" in element.holds):
        yield f"cannot be sent: {element.attributes}"
