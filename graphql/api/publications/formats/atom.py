"""The publications that changed last, as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from api.downloads.xml_elements import add_instant, add_text, writable
from api.publications.formats.entries import Entry
from domain.kernel.identifiers import feed_id

ATOM = "application/atom+xml; charset=utf-8"
_NAME = "Parentalité et Numérique"
#: The `updated` of an empty feed.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def atom(entries: Sequence[Entry], url: str) -> bytes:
    """Write the feed at `url`."""
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "fr"})
    # Apart from the feed of animations with the same filters.
    filters = [*parse_qsl(urlsplit(url).query), ("of", "publications")]
    add_text(feed, "id", feed_id(filters).urn)
    add_text(feed, "title", f"Actualités et ressources – {_NAME}")
    add_instant(feed, "updated", max((entry.changed_at for entry in entries), default=_NEVER))
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": url})
    add_text(SubElement(feed, "author"), "name", _NAME)
    for entry in entries:
        _add(SubElement(feed, "entry"), entry)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _add(element: Element, entry: Entry) -> None:
    add_text(element, "id", entry.id.urn)
    add_text(element, "title", entry.title)
    add_instant(element, "published", entry.published_at)
    add_instant(element, "updated", entry.changed_at)
    SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": entry.url})
    for file in entry.files:
        shown = {"type": file.media_type, "length": str(file.size), "title": writable(file.label)}
        SubElement(element, "link", {"rel": "enclosure", "href": file.url, **shown})
    for label, url in entry.links:
        SubElement(element, "link", {"rel": "related", "href": writable(url), "title": writable(label)})
    add_text(SubElement(element, "author"), "name", entry.author or entry.publisher)
    for term in (entry.kind_label, *entry.themes):
        SubElement(element, "category", {"term": writable(term)})
    add_text(element, "summary", entry.summary)
    add_text(element, "content", entry.html).set("type", "html")
