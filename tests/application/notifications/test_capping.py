"""How many letters one mailbox gets, whoever asks: what is too much waits, and is sent in the end."""

from __future__ import annotations

from typing import Any

import pytest

from application.application import Application
from application.followers.mailing import Mailer, Smtp
from application.followers.reacting import react
from application.notifications.capping import HELD_BACK, UNVERIFIED_CAP, UNVERIFIED_KINDS, mailbox_of
from application.notifications.letters import WORDINGS
from application.registrations import RegistrationSubmit
from domain.kernel.actors import PUBLIC
from tests.support.dumps import dump
from tests.support.network.post_office import PostOffice, post_office
from tests.support.world import World


def _sends(app: Application, office: PostOffice) -> list[str]:
    """The recipients of this round."""
    before = len(office.received)
    mailer = Mailer(app.vault, app.bus.keyed, "a@example.org", "https://x.example.org", Smtp(office.url).send)
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
        while mailer.send_next(conn):
            pass
    return [str(letter["To"]) for letter in office.received[before:]]


def _hours_pass(app: Application, hours: int) -> None:
    with app.pool.connection() as conn:
        conn.execute(
            "UPDATE mail_outbox SET sent_at = sent_at - make_interval(hours => %(hours)s),"
            " due_at = due_at - make_interval(hours => %(hours)s)",
            {"hours": hours},
        )


def _rows(app: Application, query: str) -> Any:
    with app.pool.connection() as conn:
        return conn.execute(query).fetchall()


@pytest.fixture
def thirty(world: World, app: Application) -> None:
    """A stranger registers somebody else's mailbox thirty times, spelt in many ways; then a neighbour registers."""
    world.sign()
    with post_office() as nobody:
        animations = [world.creates(title=f"Café {number}") for number in range(30)]
        for animation in animations:
            world.publishes(animation)
        _sends(app, nobody)
    for number, animation in enumerate(animations):
        email = "Victime@Example.org" if number % 2 else f"victime+{number}@example.org"
        who = {"first_name": "Zoé", "last_name": "Nom", "email": email}
        world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
    neighbour = {"first_name": "Zoé", "last_name": "Nom", "email": "voisine@example.org"}
    world.does(RegistrationSubmit(animation_id=animations[0], **neighbour), PUBLIC)


def test_thirty_registrations_of_one_mailbox_lead_to_five_letters_and_the_neighbour_waits_for_none(app, thirty):
    with post_office() as office:
        sent = _sends(app, office)
        assert len(sent) == UNVERIFIED_CAP.hourly + 1
        assert sent[-1] == "voisine@example.org"
        assert _sends(app, office) == []


def test_what_was_held_back_is_sent_within_the_days_after(app, thirty, fresh_url):
    with post_office() as office:
        first_day = [len(_sends(app, office))]
        for _ in range(6):
            _hours_pass(app, 1)
            first_day.append(len(_sends(app, office)))
        assert first_day == [6, 5, 5, 5, 0, 0, 0], "five an hour, twenty a day"
        assert _rows(app, "SELECT DISTINCT reason FROM mail_outbox WHERE sent_at IS NULL") == [(HELD_BACK,)]
        for _ in range(40):
            _hours_pass(app, 1)
            _sends(app, office)
        assert len({str(letter["Message-ID"]) for letter in office.received}) == 31
        assert _rows(app, "SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL") == [(0,)]
    assert "victime" not in dump(fresh_url).casefold(), "the outbox counts mailboxes and knows none"


@pytest.mark.parametrize("spelling", ["a@b.fr", "A@B.fr", "a+x@b.fr", "a+@b.fr", "A+x+y@B.FR"])
def test_a_mailbox_counts_as_one_however_it_is_spelt(spelling):
    assert mailbox_of(spelling) == "a@b.fr"
    assert mailbox_of("+a@b.fr") != "@b.fr"


def test_every_kind_that_is_capped_is_a_kind_of_letter():
    assert set(UNVERIFIED_KINDS) <= set(WORDINGS)
