"""Commands: idempotency keys, expected versions, and many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application.animations.commands import AnimationAttest, AnimationModify, AnimationPublish
from application.application import Application, open_application
from application.conventions import ConventionAmend
from application.typology import TermRetire
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.typology.typology import TermKind
from eventstore.log import head, read_after, read_stream
from tests.support.world import EVENT_KEYS, MASTER_KEY, NATIONAL, STRUCTURE, STRUCTURE_ID, World

STRANGER = Actor(Role.STRUCTURE, "stranger", structures=frozenset([UUID(int=7)]))


def log_head(app: Application) -> int:
    with app.pool.connection() as conn:
        return head(conn)


def test_the_same_key_and_content_give_the_first_outcome_and_no_new_event(world: World, app: Application) -> None:
    publish = AnimationPublish(animation_id=world.creates(), idempotency_key=uuid4())
    first = world.does(publish, NATIONAL)
    reached = log_head(app)
    assert world.does(publish, NATIONAL) == first
    assert log_head(app) == reached


def test_the_same_key_with_other_content_is_a_duplicate(world: World) -> None:
    key = uuid4()
    world.does(AnimationPublish(animation_id=world.creates(), idempotency_key=key), NATIONAL)
    with pytest.raises(DomainError) as refused:
        world.does(AnimationPublish(animation_id=world.creates(), idempotency_key=key), NATIONAL)
    assert refused.value.code is ErrorCode.DUPLICATE


def test_another_person_with_the_same_key_does_not_get_the_first_ones_outcome(world: World) -> None:
    publish = AnimationPublish(animation_id=world.creates(), idempotency_key=uuid4())
    world.does(publish, NATIONAL)
    with pytest.raises(DomainError) as refused:
        world.does(publish, Actor(Role.NATIONAL, "somebody else"))
    assert refused.value.code is ErrorCode.DUPLICATE


def test_a_refused_command_leaves_its_key_free(world: World) -> None:
    created, key = world.creates(), uuid4()
    attest = AnimationAttest(animation_id=created, parents=3, idempotency_key=key)
    with pytest.raises(DomainError):
        world.does(attest, STRUCTURE)
    world.publishes(created)
    world.now += timedelta(days=1)
    world.does(attest, STRUCTURE)


def test_a_stale_expected_version_is_a_conflict_and_records_nothing(world: World, app: Application) -> None:
    created = world.creates()
    world.publishes(created)
    reached = log_head(app)
    with pytest.raises(DomainError) as refused:
        world.does(AnimationModify(animation_id=created, expected_version=1, changes={"seats": 9}), STRUCTURE)
    assert refused.value.code is ErrorCode.CONFLICT
    assert refused.value.problems[0].field == ("expected_version",)
    assert log_head(app) == reached
    world.does(AnimationModify(animation_id=created, expected_version=2, changes={"seats": 9}), STRUCTURE)


def test_a_stale_version_is_told_before_a_broken_rule_and_after_a_missing_right(world: World) -> None:
    created = world.creates()
    world.publishes(created)
    again = AnimationPublish(animation_id=created, expected_version=1)
    elsewhere = AnimationModify(animation_id=created, expected_version=1, changes={"structure_id": str(uuid4())})
    for command, who, code in [
        (again, NATIONAL, ErrorCode.CONFLICT),
        (again.model_copy(update={"expected_version": 2}), NATIONAL, ErrorCode.RULE_BROKEN),
        (elsewhere, STRUCTURE, ErrorCode.CONFLICT),
        (again, STRUCTURE, ErrorCode.FORBIDDEN),
        (elsewhere, STRANGER, ErrorCode.FORBIDDEN),
    ]:
        with pytest.raises(DomainError) as refused:
            world.does(command, who)
        assert refused.value.code is code


def test_who_may_not_act_is_told_the_same_of_what_exists_and_of_what_does_not(world: World) -> None:
    refusals = []
    for animation_id in (world.creates(), uuid4()):
        with pytest.raises(DomainError) as refused:
            world.does(AnimationModify(animation_id=animation_id, expected_version=99, changes={"seats": 9}), STRANGER)
        refusals.append(refused.value.problems)
    assert refusals[0] == refusals[1]
    assert refusals[0][0].code is ErrorCode.FORBIDDEN


def test_every_event_records_its_actor_role_command_and_cause(world: World, app: Application) -> None:
    signed = world.sign()
    with app.pool.connection() as conn:
        (of_convention,) = read_stream(conn, signed.subject_id)
        of_account = read_stream(conn, STRUCTURE_ID)[-1]
    assert (of_convention.stamp.actor, of_convention.stamp.role) == ("national", Role.NATIONAL)
    assert of_convention.stamp.cause == "command:conventionSign"
    assert of_convention.stamp.recorded_at == world.now
    assert of_account.stamp.command_id == of_convention.stamp.command_id
    assert of_account.stamp.cause == f"event:convention.signed:{signed.subject_id}:1"


def test_the_first_signing_opens_the_account_and_later_ones_do_not(world: World, app: Application) -> None:
    world.sign()
    with app.pool.connection() as conn:
        topics = [record.event.topic for record in read_stream(conn, STRUCTURE_ID)]
    assert topics == ["structure.account_opened", "structure.convention_attached", "structure.convention_attached"]


def test_what_another_process_recorded_is_never_overlooked(world: World, app: Application, fresh_url: str) -> None:
    created = world.creates()
    with open_application(fresh_url, MASTER_KEY, EVENT_KEYS) as other:
        elsewhere = World(other, world.now)
        elsewhere.publishes(created)
        world.now += timedelta(days=1)
        # Here the animation was last seen waiting for publication.
        world.does(AnimationAttest(animation_id=created, parents=3), STRUCTURE)
        with pytest.raises(DomainError) as refused:
            elsewhere.publishes(created)
        assert refused.value.code is ErrorCode.RULE_BROKEN


def test_a_decision_does_not_stand_when_what_it_rested_on_was_changed_elsewhere(
    world: World, app: Application, fresh_url: str
) -> None:
    world.creates()
    with open_application(fresh_url, MASTER_KEY, EVENT_KEYS) as other:
        World(other, world.now).does(TermRetire(kind=TermKind.THEME, code="ent-pronote"), NATIONAL)
        with pytest.raises(DomainError) as refused:
            world.creates()
    assert refused.value.problems[0].field == ("themes", "0")


def test_one_command_sent_many_times_at_once_is_recorded_once(world: World, app: Application) -> None:
    publish = AnimationPublish(animation_id=world.creates(), idempotency_key=uuid4())
    reached = log_head(app)
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: world.does(publish, NATIONAL), range(16)))
    assert len(set(outcomes)) == 1
    assert log_head(app) == reached + 1


def test_of_many_who_attest_at_once_one_does(world: World, app: Application) -> None:
    created = world.creates()
    world.publishes(created)
    world.now += timedelta(days=1)

    def attest(parents: int) -> ErrorCode | None:
        try:
            world.does(AnimationAttest(animation_id=created, parents=parents), STRUCTURE)
        except DomainError as refused:
            return refused.code
        return None

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(attest, range(16)))
    assert (answers.count(None), answers.count(ErrorCode.RULE_BROKEN)) == (1, 15)
    with app.pool.connection() as conn:
        assert [r.event.topic for r in read_stream(conn, created)].count("animation.attested") == 1


def test_commands_that_share_a_transaction_each_keep_their_own_outcome(world: World, app: Application) -> None:
    good = [world.creates() for _ in range(20)]
    refused = [world.creates() for _ in range(20)]
    for animation_id in refused:
        world.publishes(animation_id)

    def publish(animation_id: UUID) -> UUID | ErrorCode:
        try:
            outcome = world.publishes(animation_id)
        except DomainError as error:
            return error.code
        with app.pool.connection() as conn:
            (last,) = read_after(conn, outcome.position - 1, 1)
        return last.originator_id

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(publish, [command for pair in zip(good, refused, strict=True) for command in pair]))
    assert answers[::2] == good
    assert set(answers[1::2]) == {ErrorCode.RULE_BROKEN}


def test_the_log_of_eight_writers_is_tailed_without_passing_over_a_position(world: World, app: Application) -> None:
    """At least 5,000 events, read by position as they come, against all that is in the log at the end."""
    writers, each = 8, 640
    seen: list[int] = [record.position for record in _tail(app, 0)]

    def write(number: int) -> None:
        mine = World(app, world.now)
        for turn in range(each):
            mine.creates(title=f"Café {number}-{turn}")

    with ThreadPoolExecutor(writers) as pool:
        writing = [pool.submit(write, number) for number in range(writers)]
        while not all(future.done() for future in writing):
            seen += [record.position for record in _tail(app, seen[-1])]
    for future in writing:
        future.result()
    seen += [record.position for record in _tail(app, seen[-1])]
    with app.pool.connection() as conn:
        rows = conn.execute("SELECT notification_id FROM stored_events ORDER BY 1").fetchall()
    assert len(rows) >= 5_000
    assert seen == [row[0] for row in rows]


def _tail(app: Application, after: int) -> list:
    with app.pool.connection() as conn:
        return read_after(conn, after, 10_000)


def test_an_amendment_of_a_convention_needs_a_convention(world: World) -> None:
    with pytest.raises(DomainError) as refused:
        world.does(ConventionAmend(convention_id=uuid4(), planned_animations=3), NATIONAL)
    assert refused.value.code is ErrorCode.NOT_FOUND


@pytest.mark.parametrize("subject", ["a\0b", "a\ud800b"])
def test_text_that_no_table_can_hold_never_enters_the_log(world: World, app: Application, subject: str) -> None:
    created, reached = world.creates(), log_head(app)
    with pytest.raises(DomainError) as refused:
        world.does(AnimationPublish(animation_id=created, idempotency_key=uuid4()), Actor(Role.NATIONAL, subject))
    assert refused.value.code is ErrorCode.INVALID
    assert log_head(app) == reached


def test_a_backslash_before_u0000_is_text_like_any_other(world: World, app: Application) -> None:
    reached = log_head(app)
    world.creates(description="On tape \\u0000 et rien ne casse.")
    assert log_head(app) == reached + 1


def test_a_refusal_reads_what_is_new_and_not_the_whole_history_again(world: World, monkeypatch) -> None:
    created = world.creates()
    world.publishes(created)
    for seats in range(20, 30):
        world.does(AnimationModify(animation_id=created, changes={"seats": seats}), STRUCTURE)
    read: list[int] = []

    def counted(*args: object) -> object:
        records = read_stream(*args)  # type: ignore[arg-type]
        read.append(len(records))
        return records

    monkeypatch.setattr("application.commanding.bus.read_stream", counted)
    for _ in range(3):
        with pytest.raises(DomainError):
            world.does(AnimationPublish(animation_id=created), NATIONAL)
    assert sum(read) == 0
    # Once everything is forgotten, the history is read once, whatever becomes of the command.
    world.app.bus.cache.drop([created])
    for _ in range(3):
        with pytest.raises(DomainError):
            world.does(AnimationPublish(animation_id=created), NATIONAL)
    assert sum(read) == 12
