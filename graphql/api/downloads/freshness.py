"""Conditional requests: validators from the position of the read models (RFC 9110, section 13).

An ETag names the generations and positions of the read models, the request, the asker, the release and the site's
address, so that 304 is answered without reading a row, and never for what would now be written otherwise. It is weak:
the same rows make files that differ in bytes. `Last-Modified` is the last move of the read models, or the start of this
process, which may be of another release. It only knows seconds, and a running transaction becomes visible later, so it
is sent and compared once they have not moved for a while.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from importlib.metadata import version

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from api.core.context import Context
from domain.kernel.actors import Actor

RELEASE = version("parentalite")
_STARTED = datetime.now(UTC).replace(microsecond=0)
#: Longer than any transaction of the projector.
_STILL = timedelta(seconds=5)
_MOVED = "SELECT max(updated_at) AS moved_at, now() AS told_at FROM read_models.generations WHERE state = 'live'"

Make = Callable[[dict[str, str]], Awaitable[Response]]


async def unless_fresh(
    context: Context, request: Request, headers: dict[str, str], make: Make, day: date | None = None
) -> Response:
    """Answer `make(headers and validators)`, or 304 if the client is up to date.

    `day` is the UTC day that the answer depends on, if any.
    """
    validated = {**headers, "ETag": await _etag(context, request, day)}
    moved_at = await _last_modified(context, day)
    if moved_at is not None:
        validated["Last-Modified"] = format_datetime(moved_at, usegmt=True)
    if _is_fresh(request.headers, validated["ETag"], moved_at):
        return Response(status_code=304, headers=validated)
    return await make(validated)


async def _etag(context: Context, request: Request, day: date | None) -> str:
    read = await context.read()
    question = (request.url.path, request.url.query, _of_asker(context.actor), day)
    key = (*question, sorted(read.live.items()), RELEASE, context.services.public_url)
    return f'W/"{read.position}-{sha256(repr(key).encode()).hexdigest()[:16]}"'


def _of_asker(actor: Actor) -> tuple[object, ...]:
    """Identify the asker in the same way in every process: sets have no order."""
    speaks_for = (sorted(actor.structures), sorted(actor.territories), sorted(actor.schools))
    return (actor.role.value, actor.name, actor.person_id, speaks_for)


async def _last_modified(context: Context, day: date | None) -> datetime | None:
    """Return the last move to the second, or None while the read models may still move in that second."""
    read = await context.read()
    (row,) = await read.rows(read.sql(_MOVED))
    if row["told_at"] - row["moved_at"] < _STILL:
        return None
    moved_at: datetime = max(row["moved_at"].astimezone(UTC).replace(microsecond=0), _STARTED)
    return moved_at if day is None else max(moved_at, datetime.combine(day, time(), UTC))


def _is_fresh(request_headers: Headers, etag: str, moved_at: datetime | None) -> bool:
    """Compare weakly; `If-None-Match` takes precedence over `If-Modified-Since`."""
    if (tags := request_headers.get("if-none-match")) is not None:
        etags = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return not etags.isdisjoint(("*", etag.removeprefix("W/")))
    since = _instant(request_headers.get("if-modified-since"))
    return moved_at is not None and since is not None and moved_at <= since


def _instant(text: str | None) -> datetime | None:
    """Parse an HTTP date, or return None: a malformed condition is ignored."""
    try:
        instant = parsedate_to_datetime(text) if text is not None else None
    except ValueError:
        return None
    return instant if instant is None or instant.tzinfo is not None else instant.replace(tzinfo=UTC)
