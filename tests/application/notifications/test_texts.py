"""Text messages by a real HTTP server: to whom, what they say, and what becomes of those that cannot be sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from application.animations.commands import AnimationCancel
from application.application import Application
from application.followers.reacting import react
from application.followers.texting import Texter, number_digest, tell_untexted
from application.registrations import RegistrationSubmit, RegistrationSubmitFor
from application.reminders import RegistrantsRemind
from application.texting import outbox
from application.texting.gateway import Gateway
from application.texting.tables import switch_texts
from application.wording.texts import MAX_SEGMENTS, TEXTS, Appointment, Footer, compose_text, segments
from domain.kernel.actors import PUBLIC, SYSTEM
from domain.kernel.errors import DomainError
from tests.support.inbox import messages
from tests.support.letters import moves
from tests.support.network.sms_gateway import SECRET, SmsGateway, sms_gateway
from tests.support.world import STRUCTURE, STRUCTURE_ID, World

OURS = f"structure:{STRUCTURE_ID}"
MOUSSA = {"first_name": "Moussa", "last_name": "Inventé", "phone": "06 39 98 00 01", "sms_agreed": True}


@pytest.fixture
def gateway(app: Application) -> Iterator[SmsGateway]:
    with app.pool.connection() as conn:
        switch_texts(conn, on=True)
    with sms_gateway() as running:
        yield running


def _sends(world: World, app: Application, gateway: SmsGateway) -> list[str]:
    """Return the texts that leave once everything is reacted to and nothing waits any more."""
    before = len(gateway.received)
    texter = Texter(app.vault, app.bus.keyed, "https://x.example.org", Gateway(gateway.url, SECRET).send)
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
        conn.execute("UPDATE sms_outbox SET due_at = now() WHERE sent_at IS NULL AND given_up_at IS NULL")
        while texter.send_next(conn):
            pass
        tell_untexted(conn, app.execute, world.now)
        while react(conn, with_mail=True):
            pass
    return gateway.texts[before:]


def _registers(world: World, animation: UUID, **who: Any) -> UUID:
    return world.does(RegistrationSubmitFor(animation_id=animation, **who), STRUCTURE).subject_id


def test_who_agreed_is_texted_of_each_step_and_a_burst_is_one_message(world, app, animation, gateway):
    _registers(world, animation, **MOUSSA)
    _registers(world, animation, first_name="Awa", last_name="Inventée", phone="0639980002")
    (seated,) = _sends(world, app, gateway)
    assert seated.startswith(
        "Inscription confirmée : Café des parents, jeu. 10/09 à 4 h (heure de la Guadeloupe), Jean"
    )
    assert "x.example.org/inscription code " in seated
    (message,) = gateway.received
    assert (message["to"], set(message)) == ("+33639980001", {"id", "to", "text"})
    assert gateway.headers[0]["Authorization"] == f"Bearer {SECRET}"
    assert gateway.headers[0]["Idempotency-Key"] == message["id"]
    for days in (10, 11):
        moves(world, animation, days)
    (moved,) = _sends(world, app, gateway)
    assert moved.startswith(
        "Changement : Café des parents, sam. 12/09 à 4 h (heure de la Guadeloupe) au lieu de jeu. 10/09 à 4 h"
    )
    world.now += timedelta(days=10)
    world.does(RegistrantsRemind(animation_id=animation, ahead=timedelta(days=2)), SYSTEM)
    assert [text.split(" : ")[0] for text in _sends(world, app, gateway)] == ["Rappel"]
    world.does(AnimationCancel(animation_id=animation, reason="Neige"), STRUCTURE)
    assert [text.split(" : ")[0] for text in _sends(world, app, gateway)] == ["ANNULÉE"]
    # Who is texted is not to be telephoned, who did not agree is.
    to_call = [notice for notice in messages(app, OURS) if "par téléphone" in notice]
    assert len(to_call) == 3, "a burst of changes is one"
    assert all(notice.startswith("Une personne inscrite") for notice in to_call)


def test_a_gateway_that_is_away_gets_it_again_under_the_same_id(world, app, animation, gateway):
    _registers(world, animation, **MOUSSA)
    gateway.answers += [503]
    ids = []
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass

        def send(sms_id: UUID, number: str, text: str) -> None:
            ids.append(sms_id)
            Gateway(gateway.url, SECRET).send(sms_id, number, text)

        texter = Texter(app.vault, app.bus.keyed, "https://x.example.org", send)
        assert [texter.send_next(conn), texter.send_next(conn)] == [True, False], "it waits"
        conn.execute("UPDATE sms_outbox SET due_at = now()")
        assert texter.send_next(conn)
        assert outbox.counts(conn).sent == 1
    assert (len(set(ids)), len(ids)) == (1, 2)


@pytest.mark.parametrize("refused", ["for good", "for a day", "stopped"])
def test_whom_no_text_reaches_is_named_to_the_structure_once(world, app, animation, gateway, refused):
    _registers(world, animation, **MOUSSA)
    gateway.answers += {"for good": [422], "for a day": [429]}.get(refused, [])
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
        if refused == "for a day":
            conn.execute("UPDATE sms_outbox SET tried_since = now() - interval '25 hours'")
        if refused == "stopped":
            outbox.stop(conn, number_digest(app.bus.keyed, "+33639980001"))
    assert _sends(world, app, gateway) == []
    notice = messages(app, OURS)[-1]
    assert "n'est pas jointe par SMS : prévenez-la par téléphone" in notice
    assert _sends(world, app, gateway) == []
    assert messages(app, OURS)[-1] == notice


def test_who_has_an_address_is_not_to_be_called_for_a_text_that_fails(world, app, animation, gateway):
    who = {**MOUSSA, "email": "moussa@example.org"}
    world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
    gateway.answers += [400]
    _sends(world, app, gateway)
    assert not [notice for notice in messages(app, OURS) if "SMS" in notice]


def test_where_texts_are_off_nobody_is_texted_and_the_outbox_never_holds_a_number(world, app, animation):
    _registers(world, animation, **MOUSSA)
    with sms_gateway() as gateway:
        assert _sends(world, app, gateway) == []
        with app.pool.connection() as conn:
            assert outbox.counts(conn).waiting == 0
            switch_texts(conn, on=True)
        _registers(world, animation, **{**MOUSSA, "first_name": "Awa"})
        with app.pool.connection() as conn:
            while react(conn, with_mail=True):
                pass
            (row,) = conn.execute("SELECT string_agg(s::text, '') FROM sms_outbox s").fetchall()
    assert "639980001" not in row[0].replace(" ", "")


def test_agreeing_needs_a_telephone(world, animation):
    with pytest.raises(DomainError, match="Téléphone obligatoire"):
        _registers(world, animation, first_name="Awa", last_name="Inventée", sms_agreed=True)


@pytest.mark.parametrize("kind", TEXTS)
def test_texts_are_short_whatever_is_long(kind):
    starts_at = datetime(2027, 3, 15, 17, 0, tzinfo=UTC)
    page = "https://parentalite.example.org/inscription"
    latin, tamil = ("Fête des écrans " * 9, "Salle Ñandú, Œuilly " * 9), ("முருகன்" * 30, "பள்ளி" * 9)
    for title, place in (("T" * 200, "L" * 300), latin, tamil):
        now = Appointment(starts_at, starts_at + timedelta(hours=2), place)
        before = Appointment(starts_at - timedelta(days=1), starts_at, f"Avant {place}")
        text = compose_text(kind, title, now, "Europe/Paris", Footer(page, "K7QF-2M4X", "01 02 03 04 05"), before)
        assert segments(text) <= MAX_SEGMENTS, text
        assert "lun. 15/03 à 18 h au lieu de dim. 14/03 à 18 h" in text
        assert title != latin[0] or "Fete des écrans Fete" in text
        assert text.endswith("Tél. 01 02 03 04 05 STOP : répondre STOP")


def test_segments_are_counted_as_networks_split_messages():
    counted = {"é" * 160: 1, "é" * 161: 2, "€" * 81: 2, "ê" * 70: 1, "ê" * 71: 2, "e" * 459: 3, "e" * 460: 4}
    assert {text: segments(text) for text in counted} == counted
    assert all(segments(words) == 1 for words in TEXTS.values()), "one rare letter makes three messages of two"
