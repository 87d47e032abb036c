"""The animations published or changed last, as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from api.animations.formats.entries import Entry, More
from application.papers.french import clock_time, full_date, in_zone
from domain.kernel.identifiers import feed_id

ATOM = "application/atom+xml; charset=utf-8"
_NAME = "Parentalité et Numérique"
#: The `updated` of an empty feed.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: Characters that XML cannot represent (https://www.w3.org/TR/xml/#charsets).
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(entries: Sequence[Entry], url: str, more: More | None) -> bytes:
    """Write the feed at `url`."""
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "fr"})
    _text(feed, "id", feed_id(parse_qsl(urlsplit(url).query)).urn)
    _text(feed, "title", f"Animations – {_NAME}")
    _instant(feed, "updated", max((entry.changed_at for entry in entries), default=_NEVER))
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": url})
    _text(SubElement(feed, "author"), "name", _NAME)
    for entry in entries:
        _add(SubElement(feed, "entry"), entry)
    if more is not None:
        _add_more(SubElement(feed, "entry"), more)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _add(element: Element, entry: Entry) -> None:
    _text(element, "id", entry.id.urn)
    _text(element, "title", entry.title)
    _instant(element, "published", entry.published_at)
    _instant(element, "updated", entry.changed_at)
    SubElement(element, "link", {"rel": "alternate", "href": entry.url})
    author = SubElement(element, "author")
    _text(author, "name", entry.structure)
    if entry.email is not None:
        _text(author, "email", entry.email)
    for term in (entry.territory, entry.type, *entry.themes):
        SubElement(element, "category", {"term": _writable(term)})
    _text(element, "summary", _when_and_where(entry))
    _text(element, "content", entry.full_text).set("type", "text")


def _add_more(element: Element, more: More) -> None:
    _text(element, "id", more.id.urn)
    _text(element, "title", more.title)
    _instant(element, "updated", more.changed_at)
    SubElement(element, "link", {"rel": "alternate", "href": more.url})
    _text(element, "summary", more.text)


def _when_and_where(entry: Entry) -> str:
    start, end = (f"{full_date(instant)}, {clock_time(instant)}" for instant in (entry.starts_at, entry.ends_at))
    if entry.starts_at.date() == entry.ends_at.date():
        end = clock_time(entry.ends_at)
    return f"{in_zone(f'{start} – {end}', entry.time_zone)}, {entry.place}"


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _writable(text)
    return element


def _instant(parent: Element, name: str, instant: datetime) -> None:
    _text(parent, name, instant.astimezone(UTC).isoformat())


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
