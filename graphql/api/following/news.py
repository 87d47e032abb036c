"""Follow the read models: yield what is new after each move, from now on or from a position on."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from graphql import GraphQLError
from psycopg import OperationalError

from api.core.answers import Refused
from api.core.context import Context
from api.core.errors import invalid
from api.following.recent_entries import Concerns, Entry, RecentEntries
from api.http.sockets import LONGEST_LIFE
from domain.accounts.events import MandateEnded
from domain.kernel.actors import Role
from projections.engine.announcing import RebuildNotice
from projections.engine.reading import Snapshot

T = TypeVar("T")
#: Raises if the asker may not follow this (any more), beyond the right of their role to follow at all.
Check = Callable[[], Awaitable[None]]


async def _nothing_more() -> None:
    pass


#: Queue size per subscriber; slower subscribers are re-read from the log.
PAGE = 20
#: Seconds between two checks of a token's or mandate's expiry, which need no query; and between two look-ups of
#: signed-in askers while nothing moves.
TICK, LOOK = 2.0, 15.0
#: Positions searched by one statement, so that resuming from long ago does not occupy a connection for long.
WINDOW = 20_000


@dataclass(frozen=True, slots=True)
class Feed(Generic[T]):
    """A followed source. `read` returns at most `limit` items with a position greater than `after` and at most `upto`,
    in log order; `concerns` tells whether an entry of the log may be among them.
    """

    read: Callable[[Snapshot, int, int, int], Awaitable[list[tuple[int, T]]]]
    concerns: Concerns
    check: Check = _nothing_more


async def news(context: Context, feed: Feed[T], after: int | None) -> AsyncGenerator[T, None]:
    """Yield the items of the feed after position `after`, or from now on, as the read models move.

    No connection is held between two items. The asker is looked up again before every item, since tokens and mandates
    end. Raises INVALID for a position that is not reached within a request's longest wait.
    """
    await feed.check()
    position = await _beginning(context, after)
    signed_in = context.actor.role is not Role.PUBLIC
    recent = context.services.shared(RecentEntries)
    with _counted(context):
        async for reached in context.services.waiter.moves(_every(context)):
            await _look(context, feed.check)
            while position < reached:
                if signed_in and await recent.passed(context, position, _may_end_rights) is None:
                    await _still_admitted(context, feed.check)
                irrelevant_until = await recent.passed(context, position, feed.concerns)
                if irrelevant_until is not None:
                    position = irrelevant_until
                    continue
                items, searched_until = await _page(context, feed, position)
                if items and signed_in:
                    await _still_admitted(context, feed.check)
                    items, searched_until = await _page(context, feed, position)
                whole = len(items) < PAGE
                while items:
                    if context.may_have_ended(after_seconds=1.0):
                        # A slow reader gets the rest some time after it was read.
                        await _still_admitted(context, feed.check)
                    # Pop each item, so that slow subscribers do not hold the pages that they have read.
                    context.told_position = position = items[0][0]
                    yield items.popleft()[1]
                if whole:
                    position = max(position, searched_until)


async def rebuilds(context: Context) -> AsyncIterator[RebuildNotice]:
    """Yield the progress of rebuilds, as long as the asker may follow."""
    with _counted(context):
        async for notice in context.services.waiter.rebuilds(_every(context)):
            await _look(context, _nothing_more)
            if notice is not None:
                await _still_admitted(context, _nothing_more)
                yield notice


async def _beginning(context: Context, after: int | None) -> int:
    if after is None:
        now = (await context.read()).position
        await context.refresh()
        return now
    waiter = context.services.waiter
    if after < 0 or not await waiter.wait(after, context.services.wait_seconds):
        raise invalid(f"after : position entre 0 et {waiter.position} attendue, jusqu'où vont les données.", "after")
    return after


async def _page(context: Context, feed: Feed[T], after: int) -> tuple[deque[tuple[int, T]], int]:
    """Return the next items and the position searched to. Their fields are read in a snapshot of their own."""
    snapshot = await context.read()
    upto = min(after + WINDOW, snapshot.position)
    page = deque(await feed.read(snapshot, after, upto, PAGE))
    await context.refresh()
    return page, upto


def _every(context: Context) -> float:
    return LONGEST_LIFE if context.actor.role is Role.PUBLIC else TICK


def _may_end_rights(entry: Entry) -> bool:
    return entry.type == MandateEnded.topic or entry.type.endswith("_erased")


async def _look(context: Context, check: Check) -> None:
    """End the subscription once the right to it has ended, even if nothing happens. Raises GraphQLError."""
    if context.age >= LONGEST_LIFE:
        message = "Ce suivi dure depuis trop longtemps : reprenez-le où il en était (« after »)."
        raise GraphQLError(message, extensions={"code": "UNAVAILABLE"})
    if not context.may_have_ended(LOOK):
        return
    try:
        await _still_admitted(context, check)
    except _Unsure:
        # The asker cannot be looked up now: wait, nothing is sent before that works again.
        return


class _Unsure(GraphQLError):
    """The asker cannot be looked up now."""


async def _still_admitted(context: Context, check: Check) -> None:
    try:
        await context.admit_again()
        context.permit()
        await check()
        await context.refresh()
    except Refused as refused:
        context.ended = refused.status == 401
        kind = GraphQLError if context.ended else _Unsure
        raise kind(refused.message, extensions=refused.extensions) from None
    except OperationalError as error:
        raise _Unsure("Réessayez plus tard.", original_error=error, extensions={"code": "UNAVAILABLE"}) from error
    except GraphQLError:
        context.ended = True
        raise


@contextmanager
def _counted(context: Context) -> Iterator[None]:
    gauges = context.services.gauges
    gauges["subscribers"] += 1
    context.is_following = True
    try:
        yield
    finally:
        gauges["subscribers"] -= 1
