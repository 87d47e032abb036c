"""An event that fails its reaction stops no other; letters wait until a process can send, and none is of the past."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from application.accounts.commands import MailPreferencesSet
from application.application import Application
from application.followers import reacting
from application.followers.reacting import react, react_again
from application.followers.reactions import REACTIONS
from application.notifications.set_aside import MAX_ATTEMPTS
from application.notifications.tables import switch_mail_on
from application.registrations import RegistrationSubmit
from domain.animations.events import AnimationPublished
from domain.kernel.actors import PUBLIC
from tests.application.notifications.test_reactions import WHEN
from tests.support.forging import lift_protection
from tests.support.inbox import messages
from tests.support.world import STRUCTURE, STRUCTURE_ID, World

OURS = f"structure:{STRUCTURE_ID}"


@pytest.fixture
def signed(world: World, app: Application) -> World:
    world.sign()
    _reacts(app)
    return world


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A reaction to publications that writes something and then raises; `undo` mends it."""

    def breaks(record: Any, around: Any) -> Any:
        yield from REACTIONS[AnimationPublished](record, around)
        raise AttributeError("Un, personal")

    monkeypatch.setattr(reacting, "REACTIONS", dict(REACTIONS) | {AnimationPublished: breaks})
    return monkeypatch


def _reacts(app: Application) -> None:
    with app.pool.connection() as conn:
        while react(conn):
            pass


def _later(app: Application) -> None:
    with app.pool.connection() as conn:
        conn.execute("UPDATE reactions_set_aside SET due_at = now() WHERE due_at IS NOT NULL")
        while react_again(conn):
            pass


def _rows(app: Application, query: str) -> list[Any]:
    with app.pool.connection() as conn:
        return conn.execute(query).fetchall()


def test_an_event_that_cannot_be_reacted_to_is_set_aside_whole_and_the_rest_goes_on(signed, app, broken, caplog):
    signed.publishes(signed.creates(title="Un"))
    signed.creates(title="Deux")
    _reacts(app)
    assert messages(app, OURS)[1:] == [], "after that of the convention"
    assert len(messages(app, "national")) == 2
    ((event, reason, attempts),) = _rows(app, "SELECT event, reason, attempts FROM reactions_set_aside")
    assert (event, attempts) == ("animation.published", 1)
    assert reason.startswith("AttributeError at test_set_aside.py:")
    assert "personal" not in "".join(str(vars(record)) for record in caplog.records)


def test_what_was_set_aside_is_done_once_it_can_be(signed, app, broken):
    signed.publishes(signed.creates(title="Un"))
    _reacts(app)
    _later(app)
    assert _rows(app, "SELECT attempts FROM reactions_set_aside") == [(2,)]
    broken.undo()
    _later(app)
    assert messages(app, OURS)[1:] == [f"« Un » ({WHEN}, Jean Jaurès) est publiée."]
    assert _rows(app, "SELECT * FROM reactions_set_aside") == []
    _later(app)
    assert len(messages(app, OURS)) == 2


def test_it_is_tried_a_bounded_number_of_times_and_then_kept(signed, app, broken):
    signed.publishes(signed.creates(title="Un"))
    _reacts(app)
    for _ in range(MAX_ATTEMPTS + 3):
        _later(app)
    assert _rows(app, "SELECT attempts, due_at FROM reactions_set_aside") == [(MAX_ATTEMPTS, None)]


def test_an_event_that_this_code_cannot_read_is_set_aside_too(signed, app):
    signed.creates(title="Un")
    with app.pool.connection() as conn:
        lift_protection(conn)
        conn.execute(
            "UPDATE stored_events SET topic = 'animation.of_tomorrow'"
            " WHERE notification_id = (SELECT max(notification_id) FROM stored_events)"
        )
    signed.creates(title="Deux")
    _reacts(app)
    assert messages(app, "national")[0].startswith("« Deux » (")
    ((event, reason),) = _rows(app, "SELECT event, reason FROM reactions_set_aside")
    assert event == "animation.of_tomorrow"
    assert reason.startswith("UnreadableEvent")


def test_what_is_said_later_holds_when_what_was_said_before_is_done_late(signed, app, monkeypatch):
    def breaks(*_: object) -> None:
        raise AttributeError

    monkeypatch.setattr(reacting, "update_subscriptions", breaks)
    somebody = replace(STRUCTURE, subject="somebody")
    signed.does(MailPreferencesSet(email="avant@example.org", recipients=(OURS,)), somebody)
    _reacts(app)
    monkeypatch.undo()
    signed.does(MailPreferencesSet(email="apres@example.org", recipients=(OURS,)), somebody)
    _reacts(app)
    (latest,) = _rows(app, "SELECT address_position FROM mail_subscriptions")
    _later(app)
    assert _rows(app, "SELECT address_position FROM mail_subscriptions") == [latest]
    assert _rows(app, "SELECT * FROM reactions_set_aside") == []


def _registers(world: World, animation: UUID, number: int) -> None:
    who = {"first_name": "Zoé", "last_name": "Nom", "email": f"p{number}@example.org"}
    world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)


def test_letters_are_written_whoever_reacts_from_when_mail_was_first_switched_on(signed, app):
    animation = signed.creates()
    signed.publishes(animation)
    _registers(signed, animation, 1)
    _reacts(app)
    assert _rows(app, "SELECT * FROM mail_outbox") == [], "no letter of a time without mail"
    with app.pool.connection() as conn:
        switch_mail_on(conn)
    _registers(signed, animation, 2)
    _reacts(app)
    assert _rows(app, "SELECT kind FROM mail_outbox") == [("registration.seated",)], "without a mail server of its own"
    with app.pool.connection() as conn:
        switch_mail_on(conn)
    _registers(signed, animation, 3)
    _reacts(app)
    assert len(_rows(app, "SELECT kind FROM mail_outbox")) == 2
