"""Whether what a client has is still so: validators from where the read models stand (RFC 9110, section 13).

An ETag names the generations and positions of the read models, the question and who asks, so 304 is answered without a
row of the file being read. It is a weak one: the same rows make files that differ in bytes. `Last-Modified` is when the
read models last moved. It knows seconds only, and what is being written now is seen later: it is told, and heeded, once
they have stood still for a while.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from api.core.context import Context
from domain.kernel.actors import Actor

#: Longer than the projector's transactions take.
_STILL = timedelta(seconds=5)
_MOVED = "SELECT max(updated_at) AS moved_at, now() AS told_at FROM read_models.generations WHERE state = 'live'"

Make = Callable[[dict[str, str]], Awaitable[Response]]


async def unless_known(
    context: Context, request: Request, headers: dict[str, str], make: Make, day: date | None = None
) -> Response:
    """What `make` answers with `headers` and the validators; 304 to who has it already.

    `day`: the UTC day that the answer depends on, where it does.
    """
    told = {**headers, "ETag": await _etag(context, request, day)}
    moved_at = await _last_modified(context, day)
    if moved_at is not None:
        told["Last-Modified"] = format_datetime(moved_at, usegmt=True)
    if _is_known(request.headers, told["ETag"], moved_at):
        return Response(status_code=304, headers=told)
    return await make(told)


async def _etag(context: Context, request: Request, day: date | None) -> str:
    read = await context.read()
    said = (request.url.path, request.url.query, _of_asker(context.actor), sorted(read.live.items()), day)
    return f'W/"{read.position}-{sha256(repr(said).encode()).hexdigest()[:16]}"'


def _of_asker(actor: Actor) -> tuple[object, ...]:
    """The same in every process: sets come in any order."""
    speaks_for = (sorted(actor.structures), sorted(actor.territories), sorted(actor.schools))
    return (actor.role.value, actor.name, actor.person_id, speaks_for)


async def _last_modified(context: Context, day: date | None) -> datetime | None:
    """To the second, as HTTP has it. None while the read models may still be moving in that very second."""
    read = await context.read()
    (row,) = await read.rows(read.sql(_MOVED))
    if row["told_at"] - row["moved_at"] < _STILL:
        return None
    moved_at: datetime = row["moved_at"].astimezone(UTC).replace(microsecond=0)
    return moved_at if day is None else max(moved_at, datetime.combine(day, time(), UTC))


def _is_known(said: Headers, etag: str, moved_at: datetime | None) -> bool:
    """`If-None-Match` alone counts where it is said; it compares weakly."""
    if (tags := said.get("if-none-match")) is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return not known.isdisjoint(("*", etag.removeprefix("W/")))
    since = _instant(said.get("if-modified-since"))
    return moved_at is not None and since is not None and moved_at <= since


def _instant(said: str | None) -> datetime | None:
    """None for what is no date: such a condition is passed over."""
    try:
        instant = parsedate_to_datetime(said) if said is not None else None
    except ValueError:
        return None
    return instant if instant is None or instant.tzinfo is not None else instant.replace(tzinfo=UTC)
