"""Details of an entry of the audit trail, read from the history of its animation and from what was written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

import orjson

from api.core.blanked import blanked_for
from api.core.context import Context
from application.wording.reasons import reasons, tells_why
from application.wording.what_changed import TOPICS, details
from domain.kernel.rights import Action, Scope, scope_of
from eventstore.records import Recorded
from projections.animations.blanked_texts import BlankedTexts
from projections.audit import queries
from projections.engine.past import TooLong, at_positions, of_streams, opened


async def details_of(context: Context, topic: str, subject: UUID, position: int) -> list[str]:
    """Return French sentences about an event; none for events that say everything by their own sentence."""
    sentences: list[str] = []
    if topic in TOPICS:
        histories = await context.together("histories of entries", subject, lambda ids: _histories(context, ids))
        history = [record.event for record in histories if record.position <= position]
        sentences += details(history) if history else []
    if tells_why(topic):
        sentences += await context.together("reasons of entries", position, lambda at: _reasons(context, at))
    return sentences


async def animation_about(context: Context, topic: str, subject: UUID) -> UUID | None:
    """Return the animation that an event happened to, itself, its registrations or the answers on it; else None."""
    match topic.partition(".")[0]:
        case "animation":
            return subject
        case "registration" | "satisfaction":
            return await context.together("animations of books", subject, lambda ids: _animations_of(context, ids))
    return None


async def _animations_of(context: Context, books: list[UUID]) -> list[UUID | None]:
    """Return the animation of each book of registrations, or of answers, which its first event names."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.FIRST_EVENTS), {"ids": books})
    first = {row["originator_id"]: orjson.loads(row["state"])["data"].get("animation_id") for row in rows}
    return [UUID(animation) if (animation := first.get(book)) else None for book in books]


async def blanked_for_asker(context: Context) -> BlankedTexts:
    """Return the texts that the asker is not shown within the reach of the audit trail."""
    scope, actor = scope_of(context.actor, Action.AUDIT_READ), context.actor
    structures: Collection[UUID | None] | None = actor.structures if scope is Scope.OWN_STRUCTURE else None
    territories = actor.territories if scope is Scope.OWN_TERRITORY else None
    return await blanked_for(context, structures, territories)


async def _reasons(context: Context, positions: list[int]) -> Sequence[Sequence[str]]:
    """Return why each of the events at these positions happened: who reads an entry reads the thing, and its words."""
    read = await context.read()
    records = await opened(read, context.services.application.vault, await at_positions(read, positions))
    sentences = {record.position: reasons(record.event) for record in records}
    return [sentences.get(position, ()) for position in positions]


async def _histories(context: Context, animations: list[UUID]) -> Sequence[Sequence[Recorded]]:
    """Return the history of each animation, as far as the asker may read its words."""
    read = await context.read()
    try:
        sealed = await of_streams(read, animations)
    except TooLong:
        return [()] * len(animations)
    blanked = await blanked_for_asker(context)
    histories: dict[UUID, list[Recorded]] = defaultdict(list)
    for record in await opened(read, context.services.application.vault, sealed):
        histories[record.originator_id].append(blanked.masked(record))
    return [histories[animation_id] for animation_id in animations]
