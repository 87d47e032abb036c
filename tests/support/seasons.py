"""What tests of seasons share: how to read what was loaded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from application.application import Application
from demo import load_season
from domain.animations.events import AnimationCreated
from domain.catalogue import ANIMATION, CANDIDATURE, CONVENTION, STRUCTURE, AggregateKind
from domain.kernel.events import Event
from eventstore.log import read_after, state_after
from eventstore.records import Recorded

E = TypeVar("E", bound=Event)

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
#: In every season, in holidays, on a leap day, at a midnight between two years in Paris but not in Guadeloupe.
MOMENTS = [
    NOW,
    datetime(2026, 9, 1, 0, 30, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2028, 2, 29, 12, tzinfo=UTC),
    datetime(2027, 5, 20, 9, tzinfo=UTC),
    datetime(2027, 8, 10, 15, tzinfo=UTC),
]
KINDS: dict[str, AggregateKind[Any]] = {kind.name: kind for kind in (ANIMATION, CANDIDATURE, CONVENTION, STRUCTURE)}


def the_log(app: Application) -> list[Recorded]:
    with app.pool.connection() as conn:
        return app.vault.open(conn, read_after(conn, 0, 1_000_000))


def a_season(app, animations: int = 60, seed: int = 7, now: datetime = NOW) -> list[Recorded]:
    load_season(app, animations, seed, now)
    return [record for record in the_log(app) if record.event.topic.split(".")[0] in KINDS]


def by_stream(records: list[Recorded]) -> dict[UUID, list[Recorded]]:
    streams: dict[UUID, list[Recorded]] = {}
    for record in records:
        streams.setdefault(record.originator_id, []).append(record)
    return streams


def facts_of(kind: type[E], records: Iterable[Recorded]) -> list[E]:
    return [record.event for record in records if isinstance(record.event, kind)]


def state_of(stream: list[Recorded]) -> Any:
    kind = KINDS[stream[0].event.topic.split(".")[0]]
    return state_after(kind, stream)


def animation_streams(records: list[Recorded]) -> list[list[Recorded]]:
    return [stream for stream in by_stream(records).values() if isinstance(stream[0].event, AnimationCreated)]


def kinds_of(stream: list[Recorded]) -> set[type]:
    return {type(record.event) for record in stream}
