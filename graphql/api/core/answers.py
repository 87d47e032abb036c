"""HTTP responses in GraphQL's JSON form, failures included, with the media types and statuses of GraphQL over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from api.core.incidents import kinds, report
from api.core.negotiation import GRAPHQL_JSON
from eventstore.unavailable import is_unavailable

log = logging.getLogger(__name__)

UNAVAILABLE, NOT_REACHED = "UNAVAILABLE", "POSITION_NOT_REACHED"
AWAY = "La base de données ne répond pas : réessayez dans quelques secondes."
RETRY_LATER = {"Retry-After": "5"}
#: The header `Vary` of every GraphQL answer: it is for its asker, in the form that they accept.
VARY = "Accept, Authorization"


class Refused(Exception):
    """The request is refused before execution. `message` is for a person; `details` go to `extensions`."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None, **details: Any):
        self.status = status
        self.headers = dict(headers or {})
        self.message, self.extensions = message, {"code": code, **details}
        super().__init__(code)

    @property
    def error(self) -> dict[str, Any]:
        """Return the refusal as an entry of `errors`."""
        return {"message": self.message, "extensions": self.extensions}


def position_not_reached(position: int, reached: int) -> Refused:
    return Refused(
        503,
        "POSITION_NOT_REACHED",
        f"Les données n'ont pas encore atteint la position {position} (elles en sont à {reached}) : réessayez.",
        {"Retry-After": "1"},
        position=reached,
    )


def refused_within(error: BaseException) -> Refused | None:
    """Return the refusal among the causes of an error, or None."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, Refused):
        cause = cause.__cause__
    return cause


def is_final(error: BaseException) -> BaseException | None:
    """Return the error if a retry would fail in the same way (a refusal, an unavailable database), or None."""
    return refused_within(error) or (error if is_unavailable(error) else None)


def unavailable(error: BaseException, message: str = AWAY) -> Refused:
    """Log an unreachable, busy or full database, and return the refusal."""
    log.warning("the database is unavailable", extra={"reason": kinds(error)})
    return Refused(503, "UNAVAILABLE", message, RETRY_LATER)


def unexpected(error: Exception) -> Refused:
    """Return the refusal for an unforeseen error, or for an unavailable database.

    Unforeseen errors are logged; the client only learns the incident's number.
    """
    if is_unavailable(error):
        return unavailable(error)
    incident = report(error)
    return Refused(500, "INTERNAL", f"Erreur inattendue, notée sous le numéro {incident}.", incident=incident)


def refusal(refused: Refused, media_type: str) -> Response:
    return answer({"errors": [refused.error]}, refused.status, media_type, refused.headers)


def answer(content: object, status: int, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """Build a response, which no cache may store. It varies with the asker and with the media type they accept."""
    answer_headers = {"Vary": VARY, "Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(content), status, answer_headers, f"{media_type}; charset=utf-8")


def status_of(content: Mapping[str, Any], media_type: str) -> int:
    """Return the status of an executed request: 200, or 400 without `data` if the media type is GraphQL's own.

    If the database is unavailable and there is no data, return 503 for both, for load balancers and clients. If the
    position that was asked for is not reached, return 503 for GraphQL's own media type.
    """
    if _answers_nothing_but(UNAVAILABLE, content):
        return 503
    if media_type == GRAPHQL_JSON and _answers_nothing_but(NOT_REACHED, content):
        return 503
    return 400 if media_type == GRAPHQL_JSON and "data" not in content else 200


def headers_of(status: int) -> Mapping[str, str]:
    return RETRY_LATER if status == 503 else {}


def _answers_nothing_but(code: str, content: Mapping[str, Any]) -> bool:
    """Return whether there is no data, and an error with this code."""
    if any((content.get("data") or {}).values()):
        return False
    return any((error.get("extensions") or {}).get("code") == code for error in content.get("errors") or ())
