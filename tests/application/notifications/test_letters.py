"""What letters say: to whom, of what, from when until when, where, what has changed; and how often."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from application.animations.commands import AnimationCancel, AnimationModify
from application.candidatures import PURPOSE as CANDIDATURE_LINK
from application.candidatures import CandidatureSubmit, CandidatureWithdraw
from application.contacts.commands import PlanningSend
from application.followers.reacting import react
from application.notifications.composing import Draft
from application.notifications.letters import WORDINGS, Footer, RenderedLetter, compose
from application.notifications.messages import build_message
from application.papers.typesetting import MANDATORY_SENTENCE
from application.registrations import PURPOSE, RegistrationCancel, RegistrationKeep, RegistrationSubmit
from application.structures import SetStructureContact
from application.wording.lines import shorten
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC
from tests.support.letters import CONTACT, PARENT, modifies, moves
from tests.support.network.post_office import PostOffice, sent_by
from tests.support.papers.french_flaws import flaws
from tests.support.world import STRUCTURE, STRUCTURE_ID, UAI


def _plain(office: PostOffice, address: str) -> list[str]:
    """The text of each letter to that address, on one line."""
    numbers = [number for number, letter in enumerate(office.received) if letter["To"] == address]
    return [" ".join(office.text(number).split()) for number in numbers]


def test_a_burst_of_moves_is_one_letter_that_tells_what_one_knew_and_the_last_state(world, app, animation, registered):
    for days in (10, 11, 12):
        moves(world, animation, days)
        with app.pool.connection() as conn:
            react(conn, with_mail=True)
    office = sent_by(app)
    for address in (PARENT, CONTACT):
        (text,) = _plain(office, address)
        assert "La date a changé." in text
        before, after = text.split("Maintenant")
        assert "Avant Quand : jeudi 10 septembre 2026, de 4 h à 6 h" in before
        assert (
            "Quand : dimanche 13 septembre 2026, de 4 h à 6 h (heure de la Guadeloupe) (nouveau) Où : Jean Jaurès"
            in after
        )


def test_every_further_change_tells_everybody_from_what_they_were_told_last(world, app, animation, registered):
    moves(world, animation, 10)
    sent_by(app)
    world.does(AnimationModify(animation_id=animation, changes={"venue_name": "Mairie"}), STRUCTURE)
    office = sent_by(app)
    for address in (PARENT, CONTACT):
        (text,) = _plain(office, address)
        assert "Le lieu a changé." in text
        before, after = text.split("Maintenant")
        assert "vendredi 11 septembre 2026" in before
        assert "vendredi 11 septembre 2026, de 4 h à 6 h (heure de la Guadeloupe) Où : Mairie (nouveau)" in after


def test_moved_back_before_anybody_was_told_nobody_is_told_and_nothing_is_to_be_confirmed(
    world, app, animation, registered
):
    moves(world, animation, 10)
    with app.pool.connection() as conn:
        react(conn, with_mail=True)
    moves(world, animation, 9)
    assert sent_by(app).received == []


def test_moved_back_after_they_were_told_they_are_told_that_nothing_is_left_to_confirm(
    world, app, animation, registered
):
    moves(world, animation, 10)
    assert sent_by(app).to(PARENT) == ["Changement : Café des parents"]
    moves(world, animation, 9)
    office = sent_by(app)
    assert office.to(PARENT) == ["Date et lieu rétablis : Café des parents"]
    assert office.to(CONTACT) == ["Changement : Café des parents"]
    (text,) = _plain(office, PARENT)
    assert "vous n'avez rien à confirmer" in text


def test_who_kept_their_seat_at_the_new_date_is_asked_about_the_old_one(world, app, animation, registered):
    moves(world, animation, 10)
    world.does(RegistrationKeep(link=app.links.link(PURPOSE, animation, registered)), PUBLIC)
    sent_by(app)
    moves(world, animation, 9)
    assert sent_by(app).to(PARENT) == ["Changement : Café des parents"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_at": timedelta(hours=1)}, "L'heure de fin a changé."),
        ({"starts_at": timedelta(minutes=15)}, "L'heure a changé."),
        ({"address": "1 rue de l'École", "starts_at": timedelta(minutes=15)}, "L'heure et le lieu ont changé."),
        ({"commune_code": "97105"}, "Commune : Basse-Terre (nouveau)"),
    ],
)
def test_whatever_changes_of_date_and_place_is_marked(world, app, animation, registered, changes, words):
    start = world.now + timedelta(days=9)
    values = {name: start + value if isinstance(value, timedelta) else value for name, value in changes.items()}
    world.does(AnimationModify(animation_id=animation, changes=values), STRUCTURE)
    office = sent_by(app)
    for address in (PARENT, CONTACT):
        (text,) = _plain(office, address)
        assert words in text
        assert text.count("(nouveau)") == text.split("Maintenant")[1].count("(nouveau)") >= 1


def test_a_cancellation_takes_the_place_of_a_change_that_nobody_has_heard_of(world, app, animation, registered):
    moves(world, animation, 10)
    world.does(AnimationCancel(animation_id=animation, reason="Neige."), STRUCTURE)
    office = sent_by(app)
    for address in (PARENT, CONTACT):
        assert office.to(address) == ["Annulée : Café des parents"]
        (text,) = _plain(office, address)
        assert "jeudi 10 septembre 2026" in text, "the date that they know"
        assert "Motif : Neige." in text


def test_giving_up_or_keeping_a_seat_and_withdrawing_a_candidature_have_a_receipt(world, app, animation, registered):
    link = app.links.link(PURPOSE, animation, registered)
    moves(world, animation, 10)
    sent_by(app)
    world.does(RegistrationKeep(link=link), PUBLIC)
    assert sent_by(app).to(PARENT) == ["Inscription gardée : Café des parents"]
    world.does(RegistrationCancel(link=link), PUBLIC)
    office = sent_by(app)
    assert office.to(PARENT) == ["Inscription annulée : Café des parents"]
    assert "/inscriptions/" not in office.text()
    who = {"first_name": "Max", "last_name": "Nom", "email": PARENT, "motivation": "Lisez ceci."}
    candidature = world.does(CandidatureSubmit(territory="971", school_uai=UAI, degree=Degree.FIRST, **who), PUBLIC)
    sent_by(app)
    links = app.links.link(CANDIDATURE_LINK, candidature.subject_id)
    world.does(CandidatureWithdraw(link=links, reason="Lisez cela."), PUBLIC)
    office = sent_by(app)
    assert office.to(PARENT) == ["Votre candidature est retirée"]
    assert "Lisez" not in office.text()


def test_what_a_stranger_typed_reaches_nobody_else(world, app, animation):
    who = {"first_name": "Gagnezmille", "last_name": "Eurosici", "email": PARENT}
    world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
    values = {**who, "motivation": "Mille euros ici."}
    world.does(CandidatureSubmit(territory="971", school_uai=UAI, degree=Degree.FIRST, **values), PUBLIC)
    office = sent_by(app)
    assert len(office.received) == 2
    for received in office.received:
        forms = "".join(part.get_content() for part in received.walk() if not part.is_multipart())
        for typed in ("Gagnezmille", "Eurosici", "Mille euros"):
            assert typed not in str(received["Subject"]) + forms


def test_a_letter_bears_its_structure_and_the_mandatory_sentence(world, app, animation, registered):
    moves(world, animation, 10)
    (message, *_) = sent_by(app).received
    for form in ("plain", "html"):
        part = message.get_body((form,))
        assert part is not None
        body = part.get_content()
        assert MANDATORY_SENTENCE in body
        assert "Message envoyé par Ville de Basse-Terre, avec Parentalité et Numérique" in body


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Annulée : Café", "Annulée : Café"),
        ("un\ndeux\u00a0 trois", "un deux trois"),
        ("mot " * 60, "mot " * 23 + "mot mot…"),
        ("x" * 300, "x" * 99 + "…"),
    ],
)
def test_a_subject_is_one_line_of_a_hundred_characters_cut_at_a_word(text, cut):
    subject = shorten(text, 100)
    assert subject == cut
    assert len(subject) <= 100


@pytest.mark.parametrize("kind", WORDINGS)
def test_a_letter_without_all_that_it_may_lack_shows_no_gap(kind):
    values = dict.fromkeys(("title", "structure", "school", "what_changed", "subject"), "Café")
    values |= {"message": "La suite vous attend.", "reason": "non indiqué", "what_changed": "Le lieu change."}
    letters = [compose(kind, values), compose(kind, values, (), None, Footer("Amicale", False, None))]
    for letter in (*letters, compose(kind, values, (), "https://parentalite.example.org/x")):
        assert flaws(f"{letter.subject}\n{letter.text}") == []


def test_a_reason_stands_in_the_text_and_not_in_the_subject():
    reason = "motif " * 330
    letter = compose("notice", {"message": f"« Un » est refusée : {reason}", "subject": "« Un » est refusée."})
    assert letter.subject == "« Un » est refusée."
    assert reason.strip() in letter.text


def test_the_link_of_one_click_stands_whole_in_its_header_and_answers_reach_the_structure():
    link = "https://parentalite-et-numerique.example.org/desabonnement/" + "PI6sAUTkVuCFcxVHIkbFcEfoj8uBS046sTIf" * 2
    draft = Draft(CONTACT, RenderedLetter("Bonjour", "Texte\n", "<p>"), link, "maison@example.org", "Maison de Bourges")
    sent = build_message(draft, uuid4(), "ne-pas-repondre@example.org").as_bytes().decode()
    unfolded = sent.replace("\r\n ", " ").splitlines()
    assert f"List-Unsubscribe: <{link}>" in unfolded
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in unfolded
    assert 'Reply-To: "Maison de Bourges" <maison@example.org>' in unfolded


def test_whom_to_call_or_write_to_stands_in_every_letter_of_the_structure_and_answers_reach_it(
    world, app, animation, registered
):
    values = {"phone": "02 48 12 34 56", "email": "maison@example.org", "hours": "le matin"}
    world.does(SetStructureContact(structure_id=STRUCTURE_ID, **values), STRUCTURE)
    world.does(PlanningSend(structure_id=STRUCTURE_ID, animation_ids=(animation,)), STRUCTURE)
    moves(world, animation, 10)
    office = sent_by(app)
    assert sorted(office.to(CONTACT)) == [
        "Changement : Café des parents",
        "Les prochaines animations de Ville de Basse-Terre",
    ]
    for number, received in enumerate(office.received):
        assert str(received["Reply-To"]) == "Ville de Basse-Terre <maison@example.org>"
        text = " ".join(office.text(number).split())
        assert "Contact : 02 48 12 34 56, maison@example.org, le matin" in text
        assert "Répondez à ce message pour écrire à Ville de Basse-Terre." in text


def test_letters_about_an_animation_name_its_own_contact_and_the_way_in_is_for_who_has_a_seat(world, app, animation):
    values = {"phone": "02 48 12 34 56", "email": "maison@example.org"}
    world.does(SetStructureContact(structure_id=STRUCTURE_ID, **values), STRUCTURE)
    who = {"first_name": "Zoé", "last_name": "Nom", "email": PARENT}
    world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
    sent_by(app)
    online = {"venue_type": "en-ligne", "online_link": "https://visio.example.org/un"}
    modifies(world, animation, **online, contact_phone="06 39 98 12 34", contact_email="atelier@example.org")
    world.now += timedelta(days=1)
    earlier = sent_by(app)
    modifies(world, animation, online_link="https://visio.example.org/deux", venue_name="Sur le web")
    world.now += timedelta(days=1)
    moved = sent_by(app)
    assert {str(received["To"]) for received in earlier.received} == {PARENT}
    assert {str(received["To"]) for received in moved.received} == {PARENT, CONTACT}
    for office, link in ((earlier, "un"), (moved, "deux")):
        for number, received in enumerate(office.received):
            assert str(received["Reply-To"]) == "Ville de Basse-Terre <atelier@example.org>"
            text = " ".join(office.text(number).split())
            assert "Contact : 06 39 98 12 34, atelier@example.org" in text
            assert (f"Se connecter : https://visio.example.org/{link}" in text) == (received["To"] == PARENT)
            assert "visio.example.org" not in text or received["To"] == PARENT
