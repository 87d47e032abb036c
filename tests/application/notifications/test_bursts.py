"""Bursts of changes: whatever their order and the followers' pace, each registrant hears once, of the last state."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from application.animations.commands import AnimationCancel, AnimationModify
from application.animations.several import AnimationRepeat, AnimationsPublish
from application.application import Application
from application.followers.mailing import Mailer, Smtp
from application.followers.reacting import react
from application.registrations import PURPOSE, RegistrationKeep, RegistrationSubmit, RegistrationSubmitFor
from domain.kernel.actors import PUBLIC
from domain.kernel.errors import DomainError
from tests.support.inbox import messages
from tests.support.network.post_office import PostOffice, post_office
from tests.support.world import NATIONAL, STRUCTURE, STRUCTURE_ID, World

TITLES, DAYS, VENUES = ("Café", "Atelier"), (10, 11, 12), ("Jean Jaurès", "Mairie")
WHEN = {10: "vendredi 11 septembre", 11: "samedi 12 septembre", 12: "dimanche 13 septembre"}
State = tuple[str, int, str]


def _reacts(app: Application) -> None:
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass


def _mails(app: Application, office: PostOffice) -> None:
    """Send what waits, as if it had waited for long enough."""
    mailer = Mailer(app.vault, app.bus.keyed, "a@example.org", "https://x.example.org", Smtp(office.url).send)
    with app.pool.connection() as conn:
        conn.execute("UPDATE mail_outbox SET due_at = now() WHERE due_at > now()")
        # Caps on mailboxes have tests of their own.
        conn.execute("UPDATE mail_outbox SET recipient = NULL")
        while mailer.send_next(conn):
            pass


def _changes(world: World, animation: UUID, state: State) -> None:
    title, day, venue = state
    start = world.now + timedelta(days=day)
    changes = {"title": title, "venue_name": venue, "starts_at": start, "ends_at": start + timedelta(hours=2)}
    try:
        world.does(AnimationModify(animation_id=animation, changes=changes), STRUCTURE)
    except DomainError:
        # Nothing changes.
        return


def _text(office: PostOffice, number: int) -> str:
    return " ".join(office.text(number).split())


@pytest.mark.parametrize("seed", range(4))
def test_the_last_letter_of_each_registrant_tells_the_last_state_and_a_burst_is_one_letter(world, app, seed):
    random = Random(seed)
    world.sign()
    state: State = (TITLES[0], DAYS[0], VENUES[0])
    start = world.now + timedelta(days=state[1])
    animation = world.creates(title=state[0], venue_name=state[2], starts_at=start, ends_at=start + timedelta(hours=2))
    world.publishes(animation)
    with post_office() as office:
        registrations = {}
        for number in range(2):
            who = {"first_name": "Zoé", "last_name": "Nom", "email": f"p{number}@example.org"}
            made = world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC).subject_id
            registrations[who["email"]] = made
        _reacts(app)
        _mails(app, office)
        last_state = dict.fromkeys(registrations, state)
        for _ in range(8):
            seen = len(office.received)
            for _ in range(random.randint(1, 5)):
                state = (random.choice(TITLES), random.choice(DAYS), random.choice(VENUES))
                _changes(world, animation, state)
                if random.random() < 0.5:
                    _reacts(app)
            if random.random() < 0.5:
                # The mailer sends while the reactor lags behind the log.
                _mails(app, office)
            _reacts(app)
            _mails(app, office)
            letters = Counter(str(letter["To"]) for letter in office.received[seen:])
            assert all(count == 1 for count in letters.values()), letters
            for number in range(seen, len(office.received)):
                address, text = str(office.received[number]["To"]), _text(office, number)
                assert state[0] in str(office.received[number]["Subject"])
                before, after = text.split("Maintenant")
                assert WHEN[state[1]] in after
                assert f"Où : {state[2]}" in after
                assert WHEN[last_state[address][1]] in before
                assert f"Où : {last_state[address][2]}" in before
                last_state[address] = state
            assert set(last_state.values()) == {state}
            if random.random() < 0.3:
                link = app.links.link(PURPOSE, animation, registrations["p0@example.org"])
                try:
                    world.does(RegistrationKeep(link=link), PUBLIC)
                except DomainError:
                    continue
                _reacts(app)
                _mails(app, office)


def test_a_rewritten_animation_is_shown_before_and_after_to_those_who_answer_for_it_a_burst_once(world, app):
    world.sign()
    animation = world.creates(title="Café des parents", description="Un échange.")
    _reacts(app)
    world.does(AnimationModify(animation_id=animation, changes={"title": "Café"}), STRUCTURE)
    world.publishes(animation)
    _reacts(app)
    assert len(messages(app, "national")) == 1, "what is not published yet is read when it is"
    for changes in ({"title": "Tout autre chose"}, {"description": "Autre."}, {"type": "atelier-parents"}):
        world.does(AnimationModify(animation_id=animation, changes=changes), STRUCTURE)
        _reacts(app)
    for recipient in ("national", "territory:971"):
        _, letters = messages(app, recipient)
        assert letters.startswith("Ville de Basse-Terre modifie « Tout autre chose » (mardi 1er septembre 2026, de 6 h")
        assert "Titre : avant « Café », maintenant « Tout autre chose »" in letters
        assert "Type : avant Café des parents, maintenant Atelier" in letters
        assert "Description : avant Un échange., maintenant Autre." in letters


def test_whom_to_call_is_told_once_of_a_burst_with_what_they_know_and_what_is(world: World, app: Application):
    world.sign()
    animation = world.creates(title="Café", venue_name="Mairie")
    world.publishes(animation)
    name = {"first_name": "Awa", "last_name": "Koné", "phone": None}
    world.does(RegistrationSubmitFor(animation_id=animation, **name), STRUCTURE)
    _reacts(app)

    def calls() -> list[str]:
        _reacts(app)
        return [each for each in messages(app, f"structure:{STRUCTURE_ID}") if "par téléphone" in each]

    for venue, days in (("Mairie", 11), ("Médiathèque", 11), ("Médiathèque", 12)):
        start = world.now + timedelta(days=days)
        changes = {"venue_name": venue, "starts_at": start, "ends_at": start + timedelta(hours=2)}
        world.does(AnimationModify(animation_id=animation, changes=changes), STRUCTURE)
        calls()
    (moved,) = calls()
    assert "la date ou le lieu a changé. Quand : avant mardi 1er septembre 2026, de 6 h" in moved
    assert "maintenant dimanche 13 septembre 2026, de 4 h" in moved
    assert moved.endswith("Où : avant Mairie, maintenant Médiathèque.")
    world.does(AnimationModify(animation_id=animation, changes={"title": "Atelier"}), STRUCTURE)
    (moved,) = calls()
    assert "l'animation a changé. Titre : avant « Café », maintenant « Atelier » ; Quand : avant" in moved
    world.does(AnimationCancel(animation_id=animation, reason="Neige."), STRUCTURE)
    (cancelled,) = calls()
    assert "l'animation est annulée (annoncée mardi 1er septembre 2026, de 6 h" in cancelled
    assert cancelled.endswith(", Mairie).")


def test_seats_that_one_decision_gives_are_one_notice_of_whom_to_call(world: World, app: Application):
    world.sign()
    animation = world.creates(title="Café", seats=1)
    world.publishes(animation)
    for name in ("Awa", "Léa", "Zoé", "Ali"):
        who = {"first_name": name, "last_name": "Koné", "phone": None}
        world.does(RegistrationSubmitFor(animation_id=animation, **who), STRUCTURE)
    for seats in (3, 4):
        world.does(AnimationModify(animation_id=animation, changes={"seats": seats}), STRUCTURE)
        _reacts(app)
    several, single = messages(app, f"structure:{STRUCTURE_ID}")[-2:]
    assert several.startswith("Des places se libèrent pour 2 personnes inscrites à « Café » (")
    assert several.endswith(", que rien d'écrit n'atteint : prévenez-les par téléphone.")
    assert single.startswith("Une place se libère pour une personne inscrite à « Café » (")


def test_what_was_read_is_told_anew_from_where_it_was_told(world, app):
    world.sign()
    animation = world.creates(title="Un")
    world.publishes(animation)
    world.does(AnimationModify(animation_id=animation, changes={"title": "Deux"}), STRUCTURE)
    _reacts(app)
    with app.pool.connection() as conn:
        conn.execute(
            "INSERT INTO notification_reads (reader, notification_id) SELECT %s, notification_id FROM notifications",
            (animation,),
        )
    world.does(AnimationModify(animation_id=animation, changes={"title": "Trois"}), STRUCTURE)
    _reacts(app)
    first, second = messages(app, "national")[-2:]
    assert "avant « Un », maintenant « Deux »" in first
    assert "avant « Deux », maintenant « Trois »" in second


def test_several_in_one_command_are_one_notice_to_each_who_hears_of_them(world: World, app: Application):
    world.sign()
    animation, first = world.creates(title="Café"), world.now + timedelta(days=1)
    _reacts(app)
    dates = [{"starts_at": first + timedelta(days=n), "ends_at": first + timedelta(days=n, hours=2)} for n in range(30)]
    world.does(AnimationRepeat(animation_id=animation, dates=dates), STRUCTURE)
    copies = [record.originator_id for record in world.commanded()][::2][:30]
    world.does(AnimationsPublish(animation_ids=copies), NATIONAL)
    _reacts(app)
    first_copy = "« Café » (mercredi 2 septembre 2026, de 4 h à 6 h (heure de la Guadeloupe), Jean Jaurès)"
    days = f"du 02/09/2026 au 01/10/2026 : {first_copy}, et 29 autres."
    by = "Ville de Basse-Terre, Guadeloupe (971)."
    assert messages(app, "national")[1:] == [f"30 animations attendent leur publication, {days} Déclarées par {by}"]
    assert messages(app, "territory:971")[1:] == [f"30 animations sont déclarées, {days} Par {by}"]
    assert messages(app, f"structure:{STRUCTURE_ID}")[1:] == [
        f"30 animations sont publiées : {first_copy}, et 29 autres."
    ]
