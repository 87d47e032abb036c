"""Write online publications as schema.org works in JSON-LD (https://schema.org/CreativeWork)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from api.publications.formats.entries import Entry
from domain.publications.content import PublicationKind

JSON_LD = "application/ld+json; charset=utf-8"
_TYPES: Mapping[PublicationKind, str] = {
    PublicationKind.NEWS: "NewsArticle",
    PublicationKind.WORKSHOP: "LearningResource",
    PublicationKind.RECEIVED_IDEA: "Article",
    PublicationKind.TUTORIAL: "HowTo",
    PublicationKind.VIDEO: "LearningResource",
    PublicationKind.KIT: "LearningResource",
    PublicationKind.LESSON: "Article",
}


def json_ld(entries: Sequence[Entry]) -> bytes:
    """Write the works into the default graph, which is where readers look for them."""
    graph = [_work(entry) for entry in entries]
    # In a page the file stands in an element that no text of ours may end.
    return orjson.dumps({"@context": "https://schema.org", "@graph": graph}).replace(b"<", b"\\u003c")


def _work(entry: Entry) -> dict[str, Any]:
    work: dict[str, Any] = {
        "@type": _TYPES[entry.kind],
        "@id": entry.url,
        "url": entry.url,
        "identifier": str(entry.id),
        "name": entry.title,
        "headline": entry.title,
        "abstract": entry.summary,
        "genre": entry.kind_label,
        "about": [{"@type": "Thing", "name": theme} for theme in entry.themes],
        "keywords": list(entry.themes),
        "datePublished": entry.published_at.isoformat(),
        "dateModified": entry.changed_at.isoformat(),
        "inLanguage": "fr",
        "isAccessibleForFree": True,
        "publisher": {"@type": "Organization", "name": entry.publisher},
    }
    if entry.text:
        work["text"] = entry.text
    if entry.author:
        work["author"] = {"@type": "Person", "name": entry.author}
    if entry.audience:
        work["audience"] = {"@type": "Audience", "audienceType": entry.audience}
    if entry.files:
        work["associatedMedia"] = [
            {
                "@type": "MediaObject",
                "name": file.label,
                "contentUrl": file.url,
                "encodingFormat": file.media_type,
                "contentSize": f"{file.size} B",
            }
            for file in entry.files
        ]
    if entry.links:
        work["citation"] = [{"@type": "WebPage", "name": label, "url": url} for label, url in entry.links]
    return work
