"""What fails in one letter concerns that letter; what concerns all letters stops all, and loses none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from application.application import Application
from application.followers.mailing import Mailer, Smtp
from application.followers.reacting import react
from application.notifications import outbox
from application.notifications.composing import Composer
from application.registrations import RegistrationSubmit
from domain.kernel.actors import PUBLIC
from tests.support.post_office import PostOffice, post_office
from tests.support.world import World

SENDER = "Parentalité <ne-pas-repondre@example.org>"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as running:
        yield running


@pytest.fixture
def animation(world: World, app: Application) -> UUID:
    world.sign()
    animation_id = world.creates(seats=100)
    world.publishes(animation_id)
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
    return animation_id


@pytest.fixture
def three(world: World, app: Application, animation: UUID) -> None:
    """Letters to three people, the first of whom is p1."""
    for number in (1, 2, 3):
        who = {"first_name": "Zoé", "last_name": "Nom", "email": f"p{number}@example.org"}
        world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
        with app.pool.connection() as conn:
            while react(conn, with_mail=True):
                pass


def _sends(app: Application, url: str, later: bool = False) -> None:
    """`later`: whatever waits for a time has waited for long enough."""
    mailer = Mailer(app.vault, app.bus.keyed, SENDER, "https://x.example.org", Smtp(url).send)
    with app.pool.connection() as conn:
        if later:
            conn.execute("UPDATE mail_outbox SET due_at = created_at WHERE due_at <> 'infinity'")
            conn.execute("UPDATE mail_sending SET retry_at = now()")
        while mailer.send_next(conn):
            pass


def _outbox(app: Application, columns: str) -> list[Any]:
    with app.pool.connection() as conn:
        return conn.execute(f"SELECT {columns} FROM mail_outbox ORDER BY address_position").fetchall()


def _sending(app: Application, columns: str) -> tuple[Any, ...]:
    with app.pool.connection() as conn:
        (row,) = conn.execute(f"SELECT {columns} FROM mail_sending").fetchall()
    return tuple(row)


def _received(office: PostOffice) -> list[str]:
    return sorted(str(letter["To"]) for letter in office.received)


ALL = ["p1@example.org", "p2@example.org", "p3@example.org"]


@pytest.mark.parametrize("fault", [AttributeError, TypeError, UnicodeEncodeError, RecursionError, KeyError, OSError])
def test_whatever_is_raised_while_a_letter_is_made_concerns_that_letter_alone(app, office, three, monkeypatch, fault):
    first = _outbox(app, "address_position")[0][0]
    made = Composer.draft

    def breaks(self: Composer, conn: Any, kind: str, position: int, about: Any) -> Any:
        if position == first:
            raise fault(*("utf-8", "x", 0, 1, "?")[: 5 if fault is UnicodeEncodeError else 0])
        return made(self, conn, kind, position, about)

    monkeypatch.setattr(Composer, "draft", breaks)
    _sends(app, office.url)
    assert _received(office) == ALL[1:]
    assert _outbox(app, "attempts, sent_at IS NOT NULL, given_up_at, due_at > now()")[0] == (1, False, None, True)
    monkeypatch.undo()
    _sends(app, office.url, later=True)
    assert _received(office) == ALL


def test_a_query_that_fails_for_one_letter_leaves_the_others_to_be_sent(app, office, three, monkeypatch):
    first = _outbox(app, "address_position")[0][0]
    made = Composer.draft

    def breaks(self: Composer, conn: Any, kind: str, position: int, about: Any) -> Any:
        if position == first:
            conn.execute("SELECT 1 / 0")
        return made(self, conn, kind, position, about)

    monkeypatch.setattr(Composer, "draft", breaks)
    _sends(app, office.url)
    assert _received(office) == ALL[1:]
    assert _outbox(app, "reason")[0][0].startswith("DivisionByZero at ")


def test_what_fails_again_and_again_is_set_aside_and_told_twice(app, office, three, monkeypatch, caplog):
    def breaks(*_: Any) -> None:
        raise AttributeError("p1@example.org is personal")

    monkeypatch.setattr(Composer, "draft", breaks)
    for _ in range(outbox.MAX_UNFORESEEN + 2):
        _sends(app, office.url, later=True)
    expected = (outbox.MAX_UNFORESEEN, True, None)
    assert _outbox(app, "attempts, set_aside_at IS NOT NULL, given_up_at") == [expected] * 3
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 6
    assert "example.org" not in "".join(str(vars(record)) for record in errors)


def test_whatever_handing_over_raises_concerns_one_letter(app, three):
    sent: list[str] = []

    def send(message: Any) -> None:
        if "p1@" in message["To"]:
            raise UnicodeError
        sent.append(message["To"])

    mailer = Mailer(app.vault, app.bus.keyed, SENDER, "https://x.example.org", send)
    with app.pool.connection() as conn:
        while mailer.send_next(conn):
            pass
    assert sent == ALL[1:]


@pytest.mark.parametrize(
    "refusal",
    ["550 5.7.1 sender not allowed", "553 5.7.1 not owned by user", "452 4.7.0 daily quota exceeded", "501 5.1.7 bad"],
)
def test_while_the_sender_is_refused_all_letters_wait_and_none_is_lost(app, office, three, refusal, caplog):
    office.to_senders = refusal
    for _ in range(4):
        _sends(app, office.url, later=True)
    assert _outbox(app, "attempts, sent_at, given_up_at") == [(0, None, None)] * 3
    assert _sending(app, "stopped_since IS NOT NULL, failures, reason") == (True, 4, f"refused: {refusal}")
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == ["mail stopped"]
    office.to_senders = None
    _sends(app, office.url, later=True)
    assert _received(office) == ALL
    assert _sending(app, "stopped_since, retry_at, failures, reason") == (None, None, 0, None)


def test_while_sending_is_stopped_the_mail_server_is_asked_once_in_each_pause(app, office, three):
    office.to_senders = "550 5.7.1 sender not allowed"
    for _ in range(5):
        _sends(app, office.url)
    assert office.connections == 1


@pytest.mark.parametrize(
    "refusal", ["550 5.4.5 daily sending quota exceeded", "552 sending limit", "554 5.7.1 blocked"]
)
def test_a_quota_told_of_a_letter_stops_all_and_loses_none(app, office, three, refusal):
    office.to_letters = refusal
    _sends(app, office.url)
    assert office.connections == 2, "the second letter that is refused in the same way stops the rest"
    assert [row[0] for row in _outbox(app, "given_up_at")] == [None] * 3
    assert _sending(app, "stopped_since IS NOT NULL, reason") == (True, f"refused: {refusal}")
    office.to_letters = None
    _sends(app, office.url, later=True)
    assert _received(office) == ALL


def test_no_recipient_can_stop_the_letters_of_others(app, office, three):
    office.answers["p1@example.org"] = "550 5.7.1 sender blocked, quota exceeded"
    _sends(app, office.url)
    assert _received(office) == ALL[1:]
    assert _sending(app, "stopped_since, suspected") == (None, 0)
    assert _outbox(app, "attempts, given_up_at")[0] == (1, None)


def test_recipients_of_a_server_that_blocks_us_keep_nobody_else_waiting(app, office, three):
    for name in ("p1", "p2"):
        office.answers[f"{name}@example.org"] = "550 5.7.1 Recipient address rejected: Access denied"
    _sends(app, office.url)
    assert _received(office) == ALL[2:]
    assert _sending(app, "stopped_since, suspected") == (None, 0)
    assert [row[0] for row in _outbox(app, "given_up_at")] == [None] * 3


def test_a_mail_server_that_is_away_is_tried_once_for_all(app, office, three):
    for _ in range(3):
        _sends(app, "smtp://127.0.0.1:9")
    assert _outbox(app, "attempts, given_up_at") == [(0, None)] * 3
    assert _sending(app, "stopped_since IS NOT NULL, failures, reason") == (True, 1, "ConnectionRefusedError")
    for _ in range(200):
        _sends(app, "smtp://127.0.0.1:9", later=True)
    assert _outbox(app, "attempts, given_up_at") == [(0, None)] * 3
    _sends(app, office.url, later=True)
    assert _received(office) == ALL


def test_what_is_refused_for_a_time_is_tried_for_five_days(app, office, three):
    office.answers["p1@example.org"] = "450 4.2.2 mailbox full"
    for _ in range(60):
        _sends(app, office.url, later=True)
    assert _outbox(app, "attempts, given_up_at, due_at - now() <= interval '1 hour'")[0] == (60, None, True)
    with app.pool.connection() as conn:
        conn.execute("UPDATE mail_outbox SET tried_since = now() - interval '119 hours'")
    _sends(app, office.url, later=True)
    assert _outbox(app, "given_up_at")[0] == (None,)
    with app.pool.connection() as conn:
        conn.execute("UPDATE mail_outbox SET tried_since = now() - interval '121 hours'")
    _sends(app, office.url, later=True)
    assert _outbox(app, "unreached, reason")[0] == (True, "tried for 5 days: refused: 450 4.2.2")


def test_days_without_a_mail_server_are_no_days_of_trying(app, office, three):
    office.answers["p1@example.org"] = "450 4.2.2 mailbox full"
    _sends(app, office.url)
    with app.pool.connection() as conn:
        conn.execute("UPDATE mail_outbox SET tried_since = now() - interval '10 days', sent_at = NULL")
        conn.execute("UPDATE mail_sending SET stopped_since = now() - interval '9 days'")
    _sends(app, office.url, later=True)
    _sends(app, office.url, later=True)
    assert _outbox(app, "given_up_at, tried_since > now() - interval '2 days'")[0] == (None, True)
