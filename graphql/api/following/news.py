"""Following the read models: what is new after each move, from the moment of subscribing or from a position on."""

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
#: Raises when the asker may not follow this (any more), beside what their role may follow at all.
Check = Callable[[], Awaitable[None]]


async def _nothing_more() -> None:
    pass


#: News held in memory for one subscriber: who reads slowly is told later, never kept in mind.
PAGE = 20
#: Seconds between two looks at whether a token or a mandate has come to its end by itself, which ask nobody; and after
#: which those who are signed in are looked up again, though nothing has moved.
TICK, LOOK = 2.0, 15.0
#: Positions that one statement looks through: who goes on from long ago keeps no connection for long.
WINDOW = 20_000


@dataclass(frozen=True, slots=True)
class Feed(Generic[T]):
    """What is followed. `read` finds at most `limit` news whose position is greater than `after` and at most `upto`, in
    log order, each with its position; `concerns` tells which entries of the log may be among them.
    """

    read: Callable[[Snapshot, int, int, int], Awaitable[list[tuple[int, T]]]]
    concerns: Concerns
    check: Check = _nothing_more


async def news(context: Context, feed: Feed[T], after: int | None) -> AsyncGenerator[T, None]:
    """Yields what the feed has after position `after`, or from now on, as the read models move on.

    Between two of them no connection is held. Who asks is asked again before anything is told: a token ends, and so
    does a mandate. Raises INVALID for a position that is not reached in the time that a request may wait.
    """
    await feed.check()
    told = await _beginning(context, after)
    signed_in = context.actor.role is not Role.PUBLIC
    recent = context.services.shared(RecentEntries)
    with _counted(context):
        async for reached in context.services.waiter.moves(_every(context)):
            await _look(context, feed.check)
            while told < reached:
                if signed_in and await recent.passed(context, told, _may_end_rights) is None:
                    await _still_admitted(context, feed.check)
                passed = await recent.passed(context, told, feed.concerns)
                if passed is not None:
                    told = passed
                    continue
                page, looked_through = await _page(context, feed, told)
                if page and signed_in:
                    await _still_admitted(context, feed.check)
                    page, looked_through = await _page(context, feed, told)
                whole = len(page) < PAGE
                while page:
                    if context.may_have_ended(after_seconds=1.0):
                        # Who reads slowly is told the rest later than it was read.
                        await _still_admitted(context, feed.check)
                    # Taken from the page, which may lie here for long: some hundred subscribers would keep megabytes.
                    context.told_position = told = page[0][0]
                    yield page.popleft()[1]
                if whole:
                    told = max(told, looked_through)


async def rebuilds(context: Context) -> AsyncIterator[RebuildNotice]:
    """How rebuilds go on, for as long as the asker may follow."""
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


async def _page(context: Context, feed: Feed[T], told: int) -> tuple[deque[tuple[int, T]], int]:
    """The next news, and the position that was looked through. What is shown of them is read on a view of its own."""
    snapshot = await context.read()
    upto = min(told + WINDOW, snapshot.position)
    page = deque(await feed.read(snapshot, told, upto, PAGE))
    await context.refresh()
    return page, upto


def _every(context: Context) -> float:
    return LONGEST_LIFE if context.actor.role is Role.PUBLIC else TICK


def _may_end_rights(entry: Entry) -> bool:
    return entry.type == MandateEnded.topic or entry.type.endswith("_erased")


async def _look(context: Context, check: Check) -> None:
    """Ends what is followed once the right to it has ended, though nothing is told. Raises GraphQLError."""
    if context.age >= LONGEST_LIFE:
        message = "Ce suivi dure depuis trop longtemps : reprenez-le où il en était (« after »)."
        raise GraphQLError(message, extensions={"code": "UNAVAILABLE"})
    if not context.may_have_ended(LOOK):
        return
    try:
        await _still_admitted(context, check)
    except _Unsure:
        # Nothing is told before it is known who asks; until then they may wait.
        return


class _Unsure(GraphQLError):
    """Who asks cannot be told now."""


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
    try:
        yield
    finally:
        gauges["subscribers"] -= 1
