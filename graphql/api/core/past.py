"""Objects as they were at a moment: the rows are of then, the rights of today."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import strawberry
from anyio import CapacityLimiter, to_thread

from api.core.blanked import blanked_for
from api.core.context import Context
from api.core.errors import invalid
from api.core.per_loop import PerLoop
from api.core.scalars import readable
from eventstore.records import Recorded
from projections.engine.past import (
    PARIS,
    Moment,
    PastSnapshot,
    TooLong,
    end_of,
    of_lists,
    of_streams,
    of_structure,
    opened,
    past_snapshot,
)
from projections.engine.reading import Snapshot

AT = (
    " `at`: as it was known then, with the rights of today; null before it existed, and while it was not for the asker."
    " Who has no right to it but everybody's sees of then how far it had come; what was written and chosen is that of"
    " today."
    " What is read inside it is of then too, save for a territory's dashboard; nothing can be done with what is past:"
    " `allowedActions` is empty."
)
#: The events of a structure and all its objects, of these streams, or (empty) of the lists.
_History: TypeAlias = UUID | tuple[UUID, ...]
_PastKey: TypeAlias = tuple[Moment, datetime, UUID, tuple[UUID, ...]]
_MOST_AT_ONCE = 2
#: Bounds the number of folds at a time; they run in threads beside the event loop.
_folds = PerLoop("folds of the past", lambda: CapacityLimiter(_MOST_AT_ONCE))
_RECORDED = "SELECT recorded_at FROM {audit_trail} t WHERE position <= %(position)s ORDER BY position DESC LIMIT 1"


@strawberry.input(one_of=True, description="A moment of the log: exactly one of these.")
class At:
    position: strawberry.Maybe[int] = strawberry.field(description="After the event at this position.")
    instant: strawberry.Maybe[datetime] = strawberry.field(
        description="With what was recorded at this instant or before."
    )
    day: strawberry.Maybe[date] = strawberry.field(description="At the end of this day, on the clocks of Paris.")


class PastContext(Context):
    """The read models at a moment, as far as one object needs them: its own streams, or all of its structure's."""

    def __init__(self, live: Context, moment: Moment, now: datetime, structure_id: UUID, *streams: UUID) -> None:
        super().__init__(live.services, live.actor)
        self._now = now
        self.asked_items = live.asked_items
        self._live, self._moment, self._structure_id, self._streams = live, moment, structure_id, streams
        self._folding = asyncio.Lock()
        self._past: PastSnapshot | None = None
        self._whole: PastContext | None = None

    @property
    def live(self) -> Context:
        return self._live

    async def read(self) -> PastSnapshot:
        live = await self._live.read()
        async with self._folding:
            if self._past is None:
                recorded = [*await self._recorded(()), *await self._recorded(self._streams or self._structure_id)]
                blanked = await blanked_for(self, structures=[self._structure_id])
                recorded = [blanked.masked(record) for record in recorded]
                row_extras = {"past": self}
                self._past = await to_thread.run_sync(
                    past_snapshot, live, self._moment, recorded, row_extras, limiter=_folds()
                )
            return self._past

    async def _recorded(self, history: _History) -> list[Recorded]:
        """Return the events, read once for all moments that an answer looks at."""
        return await self._live.together("recorded", history, self._read_histories)

    async def _read_histories(self, histories: list[_History]) -> list[list[Recorded]]:
        live = await self._live.read()
        try:
            vault = self.services.application.vault
            return [await opened(live, vault, await _read_history(live, history)) for history in histories]
        except TooLong:
            raise invalid("at : cette histoire est trop longue pour être relue d'un coup.", "at") from None

    def whole(self) -> PastContext:
        """Return the same moment with everything of the structure."""
        if not self._streams:
            return self
        if self._whole is None:
            self._whole = PastContext(self._live, self._moment, self.now, self._structure_id)
        return self._whole


async def past_of(context: Context, moment: Moment, now: datetime, structure_id: UUID, *streams: UUID) -> PastContext:
    """Return the context of this moment, shared within an answer so that it is folded once."""

    async def build(keys: list[_PastKey]) -> list[PastContext]:
        return [
            PastContext(context, moment, now, structure_id, *streams) for moment, now, structure_id, streams in keys
        ]

    return await context.together("past", (moment, now, structure_id, streams), build)


async def _read_history(live: Snapshot, history: _History) -> list[Recorded]:
    if isinstance(history, UUID):
        return await of_structure(live, history)
    return await of_streams(live, history) if history else await of_lists(live)


async def moment_of(context: Context, at: At) -> tuple[Moment, datetime]:
    """Return the moment and its instant. Raises INVALID for the future."""
    if at.position is not None:
        return await _at_position(context, at.position.value)
    if at.day is not None:
        day = readable(at.day.value, "at", "day")
        if day > context.now.astimezone(PARIS).date():
            raise invalid("at.day : ce jour est à venir.", "at", "day")
        before = end_of(day)
        return Moment(before=before), min(before, context.now)
    assert at.instant is not None, "exactly one is given"
    instant = readable(at.instant.value, "at", "instant")
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        expected = "date et heure avec décalage horaire attendues ; pour un jour entier, at.day"
        raise invalid(f"at.instant : {expected}.", "at", "instant")
    if instant > context.now:
        raise invalid("at.instant : ce moment est à venir.", "at", "instant")
    return Moment(before=instant + timedelta(microseconds=1)), instant


async def _at_position(context: Context, position: int) -> tuple[Moment, datetime]:
    read = await context.read()
    if not 1 <= position <= read.position:
        raise invalid(
            f"at.position : position attendue entre 1 et {read.position}, où en est le journal.", "at", "position"
        )
    rows = await read.rows(read.sql(_RECORDED), {"position": position})
    return Moment(position=position), rows[0]["recorded_at"]
