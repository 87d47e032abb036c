"""Negotiate the form of answers: JSON, a stream, a page (RFC 9110, section 12.5.1; GraphQL over HTTP, 6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import mimeparse

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENT_STREAM, HTML = "text/event-stream", "text/html"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The forms of an answer that an `Accept` header admits.

    `media_type` is the JSON to answer with: GraphQL's own where the client names it and wants it at least as much.
    """

    media_type: str
    #: A stream of events may answer a subscription; `only_stream`: it is wanted more than JSON, for any operation.
    stream: bool
    only_stream: bool
    page: bool


@lru_cache(maxsize=500)
def accepted_by(accept: str) -> Accepted:
    """Read an `Accept` header. Whatever it says, an answer in JSON is sent rather than none."""
    accept = accept.lower()
    json, graphql_json, stream, page = (_quality(kind, accept) for kind in (JSON, GRAPHQL_JSON, EVENT_STREAM, HTML))
    # Streams and pages are for those who name them; a wildcard asks for plain JSON.
    stream, page = stream if EVENT_STREAM in accept else 0.0, page if HTML in accept else 0.0
    own = graphql_json > json or (GRAPHQL_JSON in accept and graphql_json == json > 0)
    best_json = max(json, graphql_json)
    return Accepted(GRAPHQL_JSON if own else JSON, stream > 0, stream > best_json, page > max(best_json, stream))


def _quality(kind: str, accept: str) -> float:
    try:
        return float(mimeparse.quality(kind, accept or "*/*"))
    except (mimeparse.MimeTypeParseException, ValueError):
        return 0.0
