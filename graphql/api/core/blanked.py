"""The texts that were blanked, as far as the asker may read their history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from anyio import to_thread

from api.core.context import Context
from domain.kernel.rights import Action, Belongings, may
from projections.animations.blanked_texts import BLANKED_SINCE, BlankedTexts, blanked_texts, families
from projections.engine.past import of_streams, opened
from projections.engine.reading import Snapshot

NOTHING_BLANKED = BlankedTexts()


class _Place(NamedTuple):
    structure_id: UUID
    territory: str


class BlankedAnimations:
    """The animations of which a text was blanked: few, so that a process knows them all and asks for new ones only."""

    def __init__(self) -> None:
        self._position = 0
        self._places: dict[UUID, _Place] = {}

    def are_none_at(self, read: Snapshot) -> bool:
        """Return whether it is known that there is none."""
        return not self._places and read.position <= self._position

    async def at(self, read: Snapshot) -> Mapping[UUID, _Place]:
        """Return those known up to the snapshot's position, or later."""
        if read.position > self._position:
            rows = await read.rows(read.sql(BLANKED_SINCE), {"after": self._position})
            self._places |= {row["subject_id"]: _Place(row["structure_id"], row["territory"]) for row in rows}
            self._position = max(self._position, read.position)
        return self._places


async def is_nothing_blanked(context: Context) -> bool:
    """Return whether it is known, without a further statement, that no text was ever blanked: mostly none is."""
    read = await context.live.read()
    return context.services.shared(BlankedAnimations).are_none_at(read)


async def blanked_for(
    context: Context, structures: Collection[UUID | None] | None = None, territories: Collection[str] | None = None
) -> BlankedTexts:
    """Return what is blanked in the histories of these structures or territories; None: of all.

    Who may read blanked texts has nothing hidden, and is told the reasons all the same.
    """
    read = await context.live.read()
    places = await context.services.shared(BlankedAnimations).at(read)
    reached = {
        animation_id: place.structure_id
        for animation_id, place in places.items()
        if (structures is None or place.structure_id in structures)
        and (territories is None or place.territory in territories)
    }
    if not reached:
        return NOTHING_BLANKED
    sealed = await of_streams(read, await families(read, reached))
    records = await opened(read, context.services.application.vault, sealed)
    blanked = await to_thread.run_sync(blanked_texts, records, sealed)
    reads_all = may(context.actor, Action.BLANKED_TEXT_READ, Belongings())
    return replace(blanked, hidden={}) if reads_all else blanked
