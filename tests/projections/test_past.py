"""The state at a moment is what a fresh fold over the log up to there gives, at any position and for any instant."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.animations.commands import AnimationCancel
from application.application import Application, open_application
from application.hosting.database import temporary_database
from eventstore.log import head, read_after
from eventstore.records import Recorded
from projections.engine.past import Moment, projections_of, row_at
from tests.support.world import EVENT_KEYS, MASTER_KEY, NATIONAL, World

_numbers = count(1)
_NAMES = ("animations", "structures", "conventions", "service_dossiers", "candidatures")


def _fresh(records: list[Recorded]) -> dict[tuple[str, Any], Any]:
    """Every row by read model and key, folded event by event, by the simplest loop there is."""
    rows: dict[tuple[str, Any], Any] = {}
    for projection in projections_of(records):
        if projection.name in _NAMES:
            for record in records:
                if fold := projection.folds.get(type(record.event)):
                    key = (projection.name, projection.key_of(record)[0])
                    rows[key] = fold(rows.get(key), record)
            derive = projection.derive or (lambda row: row)
            rows |= {key: derive(row) for key, row in rows.items() if key[0] == projection.name}
    return rows


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1), by_instant=st.booleans())
def test_the_state_at_any_moment_is_a_fresh_fold_over_the_log_up_to_it(
    seed, share, by_instant, server_url, founded, worker_id
):
    with (
        temporary_database(server_url, f"past_{worker_id}_{next(_numbers)}", founded) as url,
        open_application(url, MASTER_KEY, EVENT_KEYS) as app,
    ):
        world, random = World(app), Random(seed)
        for _ in range(25):
            world.acts_at_random(random)
            world.now += timedelta(minutes=random.randint(0, 2_000))
        with app.pool.connection() as conn:
            log = read_after(conn, 0, 1_000_000)
            position = 1 + int(share * (head(conn) - 1))
            instant = next(record for record in log if record.position >= position).stamp.recorded_at
            moment = Moment(before=instant) if by_instant else Moment(position=position)
            known = [r for r in log if (r.stamp.recorded_at < instant if by_instant else r.position <= position)]
            expected = _fresh(known)
            streams = {record.originator_id for record in log}
            tables = {
                (name, stream): row
                for name in _NAMES
                for stream in streams
                if (row := row_at(conn, name, stream, moment)) is not None
            }
    assert tables == expected


def test_a_stream_ends_with_its_first_later_event_even_where_a_clock_went_backwards(world: World, app: Application):
    created = world.creates()
    before = world.now + timedelta(hours=1)
    world.now += timedelta(hours=2)
    world.publishes(created)
    world.now -= timedelta(hours=2)
    world.does(AnimationCancel(animation_id=created, reason="Neige."), NATIONAL)
    with app.pool.connection() as conn:
        row = row_at(conn, "animations", created, Moment(before=before))
    assert row is not None
    assert row["status"] == "SUBMITTED"
