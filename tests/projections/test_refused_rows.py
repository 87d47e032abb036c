"""What a table cannot hold stops its projection at that event, alone; what passes is tried again and marks nothing."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import LockNotAvailable

from application.application import Application
from application.candidatures import CandidatureSubmit
from cli.main import _EXPECTED
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC
from eventstore.log import head
from eventstore.seals import is_sealed
from projections.engine.catching_up import advance, catch_up
from projections.engine.folding import RowRefused
from projections.engine.generations import State, generations, prepare
from projections.engine.rebuild import rebuild
from projections.registry import projections
from tests.support.world import MASTER_KEY, UAI, World

#: Random enough that it does not compress below what an index takes.
_LONG = "".join(uuid4().hex for _ in range(600))


def forge(conn: psycopg.Connection, like: UUID, **values: object) -> int:
    """Puts an event into the log behind the application's back: the first of a stream, changed, in another stream."""
    (first, *_) = conn.execute(
        "SELECT topic, state FROM stored_events WHERE originator_id = %s ORDER BY originator_version", (like,)
    ).fetchall()
    topic, state = first
    content = json.loads(state)
    # Sealed for its own stream, text could not be opened in another.
    content["data"] = {name: "clair" if is_sealed(value) else value for name, value in content["data"].items()} | values
    ((position,),) = conn.execute(
        "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
        " VALUES (%s, 1, %s, %s) RETURNING notification_id",
        (uuid4(), topic, json.dumps(content).encode()),
    ).fetchall()
    return int(position)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"title": "caf\0é"}, "UntranslatableCharacter"),
        ({"seats": 2**40}, "NumericValueOutOfRange"),
        ({"type": _LONG}, "ProgramLimitExceeded"),
    ],
)
def test_an_event_whose_row_is_refused_stops_its_projection_alone_and_names_position_and_reason(
    world: World, app: Application, values: dict[str, object], kind: str
) -> None:
    created = [world.creates() for _ in range(7)]
    with app.pool.connection() as conn:
        prepare(conn, projections)
        position = forge(conn, created[0], **values)
        created += [world.creates() for _ in range(5)]
        catch_up(conn, app.vault)
        states = {generation.name: generation for generation in generations(conn, State.LIVE)}
        stopped = states["animations"]
        assert (stopped.position, stopped.failed_position) == (position - 1, position)
        assert stopped.failed_event == "animation.created"
        assert (stopped.failed_reason or "").startswith(kind)
        assert _LONG not in (stopped.failed_reason or "")
        for other in ("structures", "conventions", "candidatures"):
            assert (states[other].position, states[other].failed_position) == (head(conn), None)
        shown = {row[0] for row in conn.execute("SELECT animation_id FROM read_models.animations_g1").fetchall()}
        assert shown == set(created[:7])


def test_personal_data_that_cannot_be_opened_stop_the_read_models_that_open_them_and_no_others(
    world: World, app: Application
) -> None:
    created = world.creates()
    with app.pool.connection() as conn:
        prepare(conn, projections)
        before = head(conn)
        world.publishes(created)
        key = uuid4()
        conn.execute(
            "INSERT INTO person_keys (key_id, person_id, originator_id, wrapped_key) VALUES (%s, %s, %s, %s)",
            (key, uuid4(), uuid4(), b"not wrapped by this master key, and 28 bytes or more"),
        )
        submitted = _submits(world)
        forge(conn, submitted, first_name=f"sealed:1:{key}:AAAA")
        world.creates()
        catch_up(conn, app.vault)
        states = {generation.name: generation for generation in generations(conn, State.LIVE)}
        stopped = {name for name, generation in states.items() if generation.failed_position}
        assert stopped == {"candidatures", "candidature_people"}
        assert all(states[name].position == head(conn) for name in states.keys() - stopped)
        assert before < head(conn)


def _submits(world: World) -> UUID:
    submit = CandidatureSubmit(
        territory="971",
        school_uai=UAI,
        degree=Degree.SECOND,
        first_name="Prénom",
        last_name="Nom",
        email="parent@example.org",
        motivation="Aider.",
    )
    return world.does(submit, PUBLIC).subject_id


def test_a_lock_that_is_not_given_is_tried_again_and_marks_nothing(
    world: World, app: Application, fresh_url: str
) -> None:
    world.creates()
    with app.pool.connection() as conn, psycopg.connect(fresh_url) as other:
        prepare(conn, projections)
        other.execute("LOCK TABLE read_models.animations_g1 IN EXCLUSIVE MODE")
        conn.execute("SET lock_timeout = '50ms'")
        with pytest.raises(LockNotAvailable):
            advance(conn, app.vault)
        assert not any(generation.failed_position for generation in generations(conn, State.LIVE))
        other.rollback()
        catch_up(conn, app.vault)
        assert {generation.position for generation in generations(conn, State.LIVE)} == {head(conn)}


def test_a_rebuild_that_meets_such_a_row_ends_in_one_line_and_leaves_what_is_in_use(
    world: World, app: Application, fresh_url: str
) -> None:
    created = world.creates()
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)
        forge(conn, created, seats=2**40)
        with pytest.raises(RowRefused, match="animations") as refused:
            rebuild(fresh_url, MASTER_KEY, ["animations"])
        assert isinstance(refused.value, _EXPECTED)
        assert conn.execute("SELECT animation_id FROM read_models.animations_g1").fetchall() == [(created,)]
