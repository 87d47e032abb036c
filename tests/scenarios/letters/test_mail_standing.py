"""`/health` and `/metrics` tell when letters do not leave, or something waits for somebody to look at it."""

from __future__ import annotations

from typing import Any

import pytest

from application.followers.mailing import Mailer, Smtp
from application.followers.reacting import react
from tests.support.network.post_office import post_office
from tests.support.people import People
from tests.support.server import Server

LINK = "40-register-for-an-animation"


@pytest.fixture
def letter(people: People, server: Server) -> None:
    """One that waits."""
    people.sign()
    animation = people.declare()
    people.publish(animation)
    with server.application.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
    values = {"animationId": animation, "firstName": "Léa", "lastName": "Inventée", "email": "lea@example.org"}
    people.does(LINK, None, **values)
    with server.application.pool.connection() as conn:
        while react(conn):
            pass


def _does(server: Server, statement: str) -> None:
    with server.application.pool.connection() as conn:
        conn.execute(statement)


def _sends(server: Server, url: str) -> None:
    application = server.application
    send = Smtp(url).send
    mailer = Mailer(application.vault, application.bus.keyed, "a@example.org", "https://x.example.org", send)
    with application.pool.connection() as conn:
        while mailer.send_next(conn):
            pass


def _health(server: Server) -> dict[str, Any]:
    state: dict[str, Any] = server.http.get("/health").json()
    return state


def _metric(server: Server, name: str) -> float:
    (line,) = [
        line for line in server.http.get("/metrics").text.splitlines() if line.startswith(f"parentalite_{name} ")
    ]
    return float(line.split()[-1])


def test_a_letter_that_waits_for_its_turn_is_no_trouble(letter, server):
    health = _health(server)
    assert health["status"] == "ok"
    assert (health["mail"]["waiting"], health["mail"]["stoppedSince"]) == (1, None)


def test_a_refused_sender_is_told_until_letters_leave_again(letter, server):
    with post_office() as office:
        office.to_senders = "550 5.7.1 sender not allowed"
        _sends(server, office.url)
        health = _health(server)
        assert health["status"] == "degraded"
        assert health["mail"]["stoppedSince"] is not None
        assert "5.7.1" not in str(health), "the page is open to everybody"
        assert _metric(server, "mail_stopped") == 1
        office.to_senders = None
        _does(server, "UPDATE mail_sending SET retry_at = now()")
        _does(server, "UPDATE mail_outbox SET due_at = now()")
        _sends(server, office.url)
    health = _health(server)
    assert (health["status"], health["mail"]["waiting"], health["mail"]["stoppedSince"]) == ("ok", 0, None)
    assert _metric(server, "mail_stopped") == 0


def test_a_letter_that_nobody_sends_is_told_by_its_age(letter, server):
    _does(server, "UPDATE mail_outbox SET due_at = now() - interval '10 minutes'")
    health = _health(server)
    assert health["status"] == "degraded"
    assert 600 <= health["mail"]["oldestDueSeconds"] < 660
    assert 600 <= _metric(server, "mail_oldest_due_seconds") < 660


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE mail_outbox SET set_aside_at = now(), due_at = 'infinity'", ("mail", "setAside", 1)),
        (
            "INSERT INTO reactions_set_aside (position, event, reason) VALUES (1, 'x', 'KeyError')",
            ("reactions", "setAside", 1),
        ),
        (
            "INSERT INTO job_failures VALUES ('retention', now(), now(), 3, 'KeyError')",
            ("jobs", "failing", ["retention"]),
        ),
    ],
)
def test_what_waits_for_somebody_to_look_is_told(letter, server, statement, where):
    _does(server, statement)
    health = _health(server)
    area, name, expected = where
    assert (health["status"], health[area][name]) == ("degraded", expected)
