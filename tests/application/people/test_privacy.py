"""What is personal never stands in the log in clear, and once erased it is nowhere in the database."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag

from application.application import Application
from application.candidatures import CandidatureGiveOpinion, CandidatureReject, CandidatureSubmit, CandidatureWithdraw
from domain.candidatures.events import CandidatureSubmitted, Degree, OpinionGiven
from domain.kernel.actors import PUBLIC, SYSTEM, Actor, Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.identifiers import person_id
from eventstore.log import read_stream
from eventstore.seals import is_sealed
from eventstore.vault import Vault
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.engine.rebuild import rebuild
from projections.registry import projections
from tests.support.dumps import dump, in_hexadecimal
from tests.support.world import MASTER_KEY, UAI, World

#: The database keeps one secret of its own among the keys.
NOBODY = UUID(int=0)
SECRETS = (
    "Zébulonne",
    "Trucmuchet",
    "z.trucmuchet@example.org",
    "0699887766",
    "Motivation-très-personnelle",
    "Avis-secret",
)
DIRECTOR = Actor(Role.DIRECTOR, "director", schools=frozenset([UAI]))
INSPECTOR = Actor(Role.INSPECTOR, "inspector", schools=frozenset([UAI]))
PARENT = Actor(Role.PARENT, "parent:…", person_id=person_id("parent@example.org"))


def submit(world: World, actor: Actor = PUBLIC, school: str = UAI) -> CandidatureSubmit:
    first_name, last_name, email, phone, motivation, _ = SECRETS
    command = CandidatureSubmit(
        territory="971",
        school_uai=school,
        degree=Degree.FIRST,
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        motivation=motivation,
        idempotency_key=uuid4(),
    )
    world.candidatures.append(world.does(command, actor).subject_id)
    return command


def give_opinion(world: World) -> None:
    opinion = CandidatureGiveOpinion(candidature_id=world.candidatures[0], favourable=True, comment=SECRETS[5])
    world.does(opinion, DIRECTOR)


def project(app: Application) -> None:
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)


def test_the_log_never_holds_personal_text_in_clear(world: World, app: Application) -> None:
    submit(world)
    give_opinion(world)
    with app.pool.connection() as conn:
        states = b"".join(bytes(row[0]) for row in conn.execute("SELECT state FROM stored_events").fetchall())
        submitted, opinion = read_stream(conn, world.candidatures[0])
    assert not [secret for secret in SECRETS if secret.encode() in states]
    assert isinstance(submitted.event, CandidatureSubmitted)
    assert isinstance(opinion.event, OpinionGiven)
    assert is_sealed(submitted.event.email)
    assert is_sealed(opinion.event.comment)


def test_those_who_need_it_read_it_in_clear(world: World, app: Application) -> None:
    submit(world)
    project(app)
    with app.pool.connection() as conn:
        columns = "first_name, last_name, email, phone, motivation"
        rows = conn.execute(f"SELECT {columns} FROM read_models.candidature_people_g1")
        assert rows.fetchall() == [SECRETS[:5]]


def test_after_erasure_nothing_personal_is_left_in_a_dump_of_the_database(
    world: World, app: Application, fresh_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    submit(world)
    give_opinion(world)
    project(app)
    rebuild(fresh_url, MASTER_KEY)
    before = dump(fresh_url)
    assert [secret for secret in SECRETS if secret in before] == list(SECRETS), "the dump shows what is there"

    assert app.erase_person(str(world.candidatures[0]), SYSTEM, world.now) == [world.candidatures[0]]
    project(app)
    after = dump(fresh_url)
    assert not [secret for secret in SECRETS if secret in after or in_hexadecimal(secret) in after]
    assert not [secret for secret in SECRETS if secret in caplog.text]
    rebuild(fresh_url, MASTER_KEY)
    assert not [secret for secret in SECRETS if secret in dump(fresh_url)]


def test_erasure_leaves_every_byte_of_the_log_as_it_was(world: World, app: Application) -> None:
    submit(world)
    query = "SELECT * FROM stored_events ORDER BY notification_id LIMIT %s"
    with app.pool.connection() as conn:
        before = conn.execute(query, [10_000]).fetchall()
        app.erase_person(str(world.candidatures[0]), SYSTEM, world.now)
        after = conn.execute(query, [len(before)]).fetchall()
        (*_, last) = read_stream(conn, world.candidatures[0])
    assert after == before
    assert last.event.topic == "candidature.personal_data_erased"


def test_a_signed_in_parent_is_erased_by_their_subject_in_every_candidature(world: World, app: Application) -> None:
    submit(world, PARENT)
    submit(world, PARENT, "9719003J")
    assert sorted(app.erase_person("parent@example.org", SYSTEM, world.now)) == sorted(world.candidatures)


def test_erasing_twice_is_harmless_and_of_nobody_does_nothing(world: World, app: Application) -> None:
    submit(world)
    assert app.erase_person(str(world.candidatures[0]), SYSTEM, world.now)
    assert app.erase_person(str(world.candidatures[0]), SYSTEM, world.now)
    assert app.erase_person("nobody@example.org", SYSTEM, world.now) == []
    with app.pool.connection() as conn:
        topics = [record.event.topic for record in read_stream(conn, world.candidatures[0])]
    assert topics == ["candidature.submitted", "candidature.personal_data_erased"]


def test_nothing_personal_can_be_written_about_an_erased_person_yet_the_course_goes_on(
    world: World, app: Application
) -> None:
    submit(world)
    app.erase_person(str(world.candidatures[0]), SYSTEM, world.now)
    reject = CandidatureReject(candidature_id=world.candidatures[0], reason="Très personnel")
    with pytest.raises(DomainError) as refused:
        world.does(reject, INSPECTOR)
    assert refused.value.code is ErrorCode.RULE_BROKEN
    national = Actor(Role.NATIONAL, "national")
    world.does(CandidatureWithdraw(candidature_id=world.candidatures[0]), national)
    project(app)


def test_another_master_key_opens_nothing(world: World, app: Application) -> None:
    submit(world)
    with app.pool.connection() as conn:
        records = read_stream(conn, world.candidatures[0])
        with pytest.raises(InvalidTag):
            Vault(b"x" * 32).open(conn, records)


def test_a_sealed_text_moved_to_another_field_does_not_open(world: World, app: Application) -> None:
    submit(world)
    with app.pool.connection() as conn:
        (record,) = read_stream(conn, world.candidatures[0])
        assert isinstance(record.event, CandidatureSubmitted)
        moved = record.event.model_copy(update={"email": record.event.motivation})
        with pytest.raises(InvalidTag):
            app.vault.open(conn, [type(record)(1, record.originator_id, 1, record.stamp, moved)])


def test_the_digest_of_a_command_cannot_be_made_without_the_master_key(world: World, app: Application) -> None:
    command = submit(world)
    content = f"{PUBLIC.role}:{PUBLIC.name}:{command.action}:{command.model_dump_json()}"
    with app.pool.connection() as conn:
        digests = [bytes(row[0]) for row in conn.execute("SELECT content_digest FROM command_outcomes").fetchall()]
    assert sha256(content.encode()).digest() not in digests


def test_a_key_that_was_made_for_nothing_is_destroyed_all_the_same(world: World, app: Application) -> None:
    submit(world)
    with app.pool.connection() as conn:
        conn.execute(
            "INSERT INTO person_keys (key_id, person_id, originator_id, wrapped_key)"
            " SELECT gen_random_uuid(), person_id, gen_random_uuid(), wrapped_key FROM person_keys"
            " WHERE originator_id = %s",
            (world.candidatures[0],),
        )
    assert app.erase_person(str(world.candidatures[0]), SYSTEM, world.now) == [world.candidatures[0]]
    with app.pool.connection() as conn:
        left = """SELECT count(*) FROM person_keys WHERE wrapped_key IS NOT NULL
            AND person_id = (SELECT person_id FROM person_keys WHERE originator_id = %s)"""
        assert conn.execute(left, (world.candidatures[0],)).fetchone() == (0,)
