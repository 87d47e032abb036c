"""The reminder before an animation: who gets it, once for each date, and who is telephoned instead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.application import Application
from application.registrations import PURPOSE, RegistrationCancel, RegistrationSubmit, RegistrationSubmitFor
from cli.server.jobs import remind_registrants
from domain.kernel.actors import PUBLIC
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.registry import projections
from tests.support.inbox import messages
from tests.support.letters import PARENT, moves
from tests.support.network.post_office import sent_by
from tests.support.world import STRUCTURE, STRUCTURE_ID, World

TWO_DAYS = timedelta(days=2)


def _reminds(world: World, app: Application, ahead: timedelta = TWO_DAYS) -> int:
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)
    return remind_registrants(app, ahead, world.now)


def _registers(world: World, animation: UUID, name: str) -> UUID:
    who: dict[str, Any] = {"first_name": "Prénom", "last_name": "Nom", "email": f"{name}@example.org"}
    return world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC).subject_id


def test_two_days_before_whoever_registered_by_then_is_reminded_once_of_each_date(world, app, animation, registered):
    given_up = _registers(world, animation, "renonce")
    world.does(RegistrationCancel(link=app.links.link(PURPOSE, animation, given_up)), PUBLIC)
    phoned = {"first_name": "Moussa", "last_name": "Inventé", "phone": "0600000000"}
    world.does(RegistrationSubmitFor(animation_id=animation, **phoned), STRUCTURE)
    sent_by(app)
    assert _reminds(world, app) == 0, "nine days before"
    world.now += timedelta(days=7, hours=1)
    _registers(world, animation, "depuis")
    sent_by(app)
    assert [_reminds(world, app, timedelta()), _reminds(world, app), _reminds(world, app)] == [0, 1, 0]
    office = sent_by(app)
    assert [(letter["To"], letter["Subject"]) for letter in office.received] == [(PARENT, "Rappel : Café des parents")]
    text = " ".join(office.text().split())
    for words in (
        "jeudi 10 septembre 2026, de 4 h à 6 h (heure de la Guadeloupe)",
        "Où : Jean Jaurès",
        "annulez",
    ):
        assert words in text
    (to_call,) = messages(app, f"structure:{STRUCTURE_ID}")[-1:]
    assert "n'a pas d'adresse électronique : prévenez-la par téléphone, pour lui rappeler la date" in to_call
    # Moved to another date, everybody is told at once, and reminded of it in its time.
    moves(world, animation, 20)
    sent_by(app)
    assert _reminds(world, app) == 0
    world.now += timedelta(days=18, minutes=1)
    assert _reminds(world, app) == 1
    assert {letter["To"] for letter in sent_by(app).received} == {PARENT, "depuis@example.org"}


def test_who_was_told_of_the_date_since_needs_no_reminder(world, app, animation, registered):
    moves(world, animation, 1)
    sent_by(app)
    assert _reminds(world, app) == 1
    assert sent_by(app).received == []


@pytest.mark.parametrize("afterwards", ["cancelled", "moved"])
def test_a_reminder_that_waits_is_not_sent_once_it_is_wrong(world, app, animation, registered, afterwards):
    """What happened between its writing and its sending is told by a letter of its own."""
    world.now += timedelta(days=8)
    assert _reminds(world, app) == 1
    if afterwards == "cancelled":
        world.does(RegistrationCancel(link=app.links.link(PURPOSE, animation, registered)), PUBLIC)
    else:
        moves(world, animation, 20)
    assert not [letter for letter in sent_by(app).received if letter["Subject"].startswith("Rappel")]
