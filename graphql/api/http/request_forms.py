"""The forms of request that the GraphQL endpoint takes, and how others are refused."""

from __future__ import annotations

from cross_web import HTTPException
from starlette.requests import Request

from api.core.answers import Refused
from api.http.persisted import IDENTIFIERS
from api.http.uploads import MULTIPART, asks_first


def names_no_document(request: Request) -> bool:
    return request.method == "GET" and not {"query", "extensions", *IDENTIFIERS} & request.query_params.keys()


def check_form(request: Request) -> None:
    if request.method not in ("GET", "POST"):
        raise Refused(405, "METHOD_NOT_ALLOWED", "GraphQL est servi par POST, et par GET.", {"Allow": "GET, POST"})
    media_type = content_type(request)
    # No other type is accepted: a form that another site makes a browser post is refused.
    uploads = media_type == MULTIPART and asks_first(request.headers)
    if request.method == "POST" and media_type != "application/json" and not uploads:
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type: application/json attendu.")
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        # RFC 9110, section 15.5.16.
        message = "Le corps de la demande est attendu sans compression (Content-Encoding: identity)."
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", message, {"Accept-Encoding": "identity"})


def content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def as_refusal(refused: HTTPException) -> Refused:
    """Convert Strawberry's own refusals; a mutation by GET is a wrong method."""
    if refused.status_code == 400 and refused.reason.endswith("are not allowed when using GET"):
        return Refused(405, "METHOD_NOT_ALLOWED", refused.reason, {"Allow": "POST"})
    return Refused(refused.status_code, "BAD_REQUEST", refused.reason)
