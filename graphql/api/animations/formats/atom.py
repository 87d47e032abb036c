"""The animations published or changed last, as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from api.animations.formats.entries import Entry, More
from api.downloads.xml_elements import add_instant, add_text, writable
from application.papers.french import clock_time, full_date, in_zone
from domain.kernel.identifiers import feed_id

ATOM = "application/atom+xml; charset=utf-8"
_NAME = "Parentalité et Numérique"
#: The `updated` of an empty feed.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def atom(entries: Sequence[Entry], url: str, more: More | None) -> bytes:
    """Write the feed at `url`."""
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "fr"})
    add_text(feed, "id", feed_id(parse_qsl(urlsplit(url).query)).urn)
    add_text(feed, "title", f"Animations – {_NAME}")
    add_instant(feed, "updated", max((entry.changed_at for entry in entries), default=_NEVER))
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": url})
    add_text(SubElement(feed, "author"), "name", _NAME)
    for entry in entries:
        _add(SubElement(feed, "entry"), entry)
    if more is not None:
        _add_more(SubElement(feed, "entry"), more)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _add(element: Element, entry: Entry) -> None:
    add_text(element, "id", entry.id.urn)
    add_text(element, "title", entry.title)
    add_instant(element, "published", entry.published_at)
    add_instant(element, "updated", entry.changed_at)
    SubElement(element, "link", {"rel": "alternate", "href": entry.url})
    author = SubElement(element, "author")
    add_text(author, "name", entry.structure)
    if entry.email is not None:
        add_text(author, "email", entry.email)
    for term in (entry.territory, entry.type, *entry.themes):
        SubElement(element, "category", {"term": writable(term)})
    add_text(element, "summary", _when_and_where(entry))
    add_text(element, "content", entry.full_text).set("type", "text")


def _add_more(element: Element, more: More) -> None:
    add_text(element, "id", more.id.urn)
    add_text(element, "title", more.title)
    add_instant(element, "updated", more.changed_at)
    SubElement(element, "link", {"rel": "alternate", "href": more.url})
    add_text(element, "summary", more.text)


def _when_and_where(entry: Entry) -> str:
    start, end = (f"{full_date(instant)}, {clock_time(instant)}" for instant in (entry.starts_at, entry.ends_at))
    if entry.starts_at.date() == entry.ends_at.date():
        end = clock_time(entry.ends_at)
    return f"{in_zone(f'{start} – {end}', entry.time_zone)}, {entry.place}"
