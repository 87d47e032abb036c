"""Whoever writes in the database deletes a signed event and has it recorded once more: nothing is signed any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from application.application import Application
from application.followers.notary import look
from application.proof.checkpoints import latest
from application.proof.completeness.committing import map_commits
from application.proof.notes import SigningKey
from application.proof.signer.naming import name_log
from application.proof.signer.troubles import SIGNING, trouble_of
from application.proof.signer_memory import RememberingKey, SignerMemory
from application.proof.signing import take_up_key
from application.proof.signing_rules import record_who_signs
from application.service_dossiers.commands import ServicePaymentRecord
from domain.kernel.actors import Role
from domain.kernel.identifiers import SIGNING_RULE_ID
from tests.application.proof.authenticity.conftest import Database
from tests.support.world import FOUNDED_AT, NATIONAL, World

SEED = b"k" * 32
GONE = "parentalite audit check names every such event: put each back from a backup"
OpenApp = Callable[[Database], Application]


@pytest.fixture
def key(tmp_path: Path, database: Database) -> RememberingKey:
    database.execute("DELETE FROM proof.log")
    name_log(database, "example.org/log", SignerMemory(tmp_path / "signer-memory.json"))
    key = RememberingKey.beside(SEED, tmp_path / "signer-memory.json")
    take_up_key(database, key)
    return key


def signs(database: Database, key: SigningKey, app: Application) -> str:
    """What the notary says that it does not sign, if anything."""
    look(database, key, 0, FOUNDED_AT, map_commits(app.execute))
    trouble = trouble_of(database, SIGNING)
    return trouble.reason if trouble else ""


def pays(app: Application, dossier: UUID) -> None:
    world = World(app)
    world.now += timedelta(days=9)
    payment = ServicePaymentRecord(dossier_id=dossier, paid_on=world.now.date(), reference="VIR-1")
    world.does(payment, NATIONAL)


def deletes(database: Database, position: int) -> tuple[object, ...]:
    row: tuple[object, ...] | None = database.execute(
        "DELETE FROM stored_events WHERE notification_id = %s RETURNING *", (position,)
    ).fetchone()
    assert row is not None
    return row


def puts_back(database: Database, row: tuple[object, ...]) -> None:
    places = ", ".join(["%s"] * len(row))
    database.execute(f"INSERT INTO stored_events VALUES ({places})".encode(), row)


@pytest.mark.parametrize("is_filled", [False, True], ids=["deleted", "another row in its place"])
@pytest.mark.parametrize("is_emptied", [False, True], ids=["map as it was", "map emptied"])
def test_a_payment_that_is_deleted_and_recorded_once_more_is_not_signed_until_the_first_is_back(
    database: Database, key: RememberingKey, app_of: OpenApp, is_filled: bool, is_emptied: bool
) -> None:
    dossier = database.stream_with("service_dossier.certified")
    app = app_of(database)
    pays(app, dossier)
    assert signs(database, key, app) == ""
    position, signed = database.position_of("service_dossier.paid"), latest(database)
    paid = deletes(database, position)
    if is_filled:
        database.inserts(UUID(int=5), "animation.published", {}, notification_id=position)
    if is_emptied:
        database.execute("TRUNCATE proof.map, proof.map_tiles")
    app = app_of(database)
    pays(app, dossier)
    again = database.position_of("service_dossier.paid")
    outcome = signs(database, key, app)
    assert GONE in outcome
    if not is_emptied:
        assert outcome.startswith(f"position {again}: it is version ")
        assert str(dossier) in outcome
    assert signs(database, key, app) == outcome
    assert latest(database) == signed
    assert database.head() == again
    deletes(database, again)
    if is_filled:
        deletes(database, position)
    puts_back(database, paid)
    app = app_of(database)
    World(app).creates()
    assert signs(database, key, app) == ""
    assert latest(database) != signed


@pytest.mark.parametrize("is_filled", [False, True], ids=["deleted", "another row in its place"])
def test_a_rule_about_who_signs_that_is_deleted_keeps_everything_from_being_signed(
    database: Database, key: RememberingKey, app_of: OpenApp, is_filled: bool
) -> None:
    app = app_of(database)
    assert record_who_signs(app.execute, (Role.COORDONNATEUR,), FOUNDED_AT)
    assert signs(database, key, app) == ""
    position, signed = database.position_of("signing.required"), latest(database)
    rule = deletes(database, position)
    if is_filled:
        database.inserts(UUID(int=5), "animation.published", {}, notification_id=position)
    app = app_of(database)
    outcome = signs(database, key, app)
    assert f"counts 1 events of {SIGNING_RULE_ID}, which tell who has to sign, and the log holds 0" in outcome
    assert GONE in outcome
    World(app).creates()
    assert signs(database, key, app) == outcome
    assert latest(database) == signed
    if is_filled:
        deletes(database, position)
    puts_back(database, rule)
    assert signs(database, key, app_of(database)) == ""


@pytest.mark.parametrize("topic", ["convention.signed", "animation.attested"])
def test_an_event_of_any_stream_that_is_gone_or_added_is_seen_as_a_server_starts_and_before_each_signature(
    database: Database, key: RememberingKey, app_of: OpenApp, topic: str
) -> None:
    app = app_of(database)
    assert signs(database, key, app) == ""
    position = database.position_of(topic)
    row = deletes(database, position)
    outcome = f"position {position}: the event that the stored tree holds is gone from the log"
    # Nothing happened since: later looks go on saying it.
    assert [signs(database, key, app).startswith(outcome) for _ in range(2)] == [True, True]
    puts_back(database, row)
    assert signs(database, key, app) == ""
    World(app).creates()
    deletes(database, position)
    assert signs(database, key, app).startswith(outcome)
    puts_back(database, row)
    assert signs(database, key, app) == ""


def test_an_event_that_is_changed_in_place_in_a_stream_that_rests_keeps_everything_from_being_signed(
    database: Database, key: RememberingKey, app_of: OpenApp
) -> None:
    app = app_of(database)
    commit_map = map_commits(app.execute)

    def signs_on() -> str:
        look(database, key, 0, FOUNDED_AT, commit_map)
        trouble = trouble_of(database, SIGNING)
        return trouble.reason if trouble else ""

    assert signs_on() == ""
    position, signed = database.position_of("convention.signed"), latest(database)
    change = "UPDATE stored_events SET state = %s WHERE notification_id = %s"
    query = "SELECT state FROM stored_events WHERE notification_id = %s"
    (state,) = database.execute(query, (position,)).fetchone() or (b"",)
    database.execute(change, (state.replace(b'"rate_per_animation":"1', b'"rate_per_animation":"9'), position))
    World(app).creates()
    outcome = f"position {position}: the event is not the one that the stored tree holds"
    assert [signs_on().startswith(outcome) for _ in range(2)] == [True, True]
    # Another process that signs, or one that begins, finds it too.
    assert signs(database, key, app).startswith(outcome)
    assert latest(database) == signed
    database.execute(change, (state, position))
    assert signs_on() == ""
    assert latest(database) != signed
