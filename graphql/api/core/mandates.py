"""What a person's account gives them, looked up with every request that is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from api.core.context import Services
from api.core.last_seen import Held
from domain.accounts.account import Mandate
from domain.kernel.actors import Actor, Role
from projections.accounts import queries
from projections.engine.reading import Live, rows_at_once, snapshot
from projections.registry import relations

_RELATIONS = relations()


async def held_by(actor: Actor, services: Services) -> Held:
    """Read anew for each request: a mandate that was ended gives nothing from the next one on."""
    if actor.subject is None:
        return Held([])
    called = services.application.bus.keyed.called(actor.subject)
    live, row = await _at_once(services, called) or await _in_a_snapshot(services, called)
    mandates = [mandate_of(told) for told in row["mandates"] or ()]
    held = Held(mandates, row["erased_at"], live, row["person_id"], row["account_id"], called)
    services.last_seen.keep_asker(actor.subject, held)
    return held


def remembered(actor: Actor, services: Services) -> Held | None:
    """What `held_by` found where this process saw the read models last. It stands to be confirmed."""
    seen = services.last_seen.seen
    return seen.askers.get(actor.subject) if seen and actor.subject else None


async def _at_once(services: Services, asked: Mapping[str, Any]) -> tuple[Live, DictRow] | None:
    """None while this process has not seen the tables that are in use now."""
    seen = services.last_seen.seen
    found = seen and await rows_at_once(services.pool, seen.snapshot, (), queries.OF_ONE, asked)
    return (found.live, found.first) if found else None


async def _in_a_snapshot(services: Services, asked: Mapping[str, Any]) -> tuple[Live, DictRow]:
    async with snapshot(services.pool, _RELATIONS) as read:
        services.last_seen.see(read)
        (row,) = await read.rows(read.sql(queries.OF_ONE), asked)
    return read.live, row


def mandate_of(told: Mapping[str, Any]) -> Mandate:
    """A mandate as the read model keeps it."""
    return Mandate(
        role=Role(told["role"]),
        structure_id=None if told["structure_id"] is None else UUID(told["structure_id"]),
        territories=tuple(told["territories"]),
        schools=tuple(told["schools"]),
        # Rows of before structures were asked do not say.
        accepted=told.get("accepted", told["role"] != Role.MEDIATEUR),
        until=None if told["until"] is None else datetime.fromisoformat(told["until"]),
    )
