"""What follows from events for whom: written once, whatever stops in between, and never again by a rebuild."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from application.accounts.commands import SchoolStaffBind
from application.accounts.invitations import InvitationSend
from application.animations.commands import AnimationAttest, AnimationCancel, AnimationModify, AnimationRefuse
from application.application import Application
from application.candidatures import CandidatureGiveOpinion, CandidatureSubmit, CandidatureValidate
from application.followers.reacting import react
from application.notifications.inbox import recipients_of
from application.notifications.subscriptions import record_sign_in
from application.registrations import PURPOSE, RegistrationCancel, RegistrationSubmit
from application.schools.commands import SchoolsImport
from cli.server.jobs import end_animations, remind_of_attestations
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC, Actor, Role
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.engine.rebuild import rebuild
from projections.registry import projections
from tests.support.inbox import messages
from tests.support.world import FOUNDED_AT, MASTER_KEY, NATIONAL, STRUCTURE, STRUCTURE_ID, UAI, World

OURS = f"structure:{STRUCTURE_ID}"
WHEN = "mardi 1er septembre 2026, de 6 h à 8 h (heure de la Guadeloupe)"


def _reacts(app: Application, with_mail: bool = True) -> None:
    with app.pool.connection() as conn:
        while react(conn, with_mail):
            pass


def _letters(app: Application) -> list[str]:
    with app.pool.connection() as conn:
        query = "SELECT kind FROM mail_outbox m ORDER BY m.created_at, (m.about->>'detail_position')::int, kind"
        return [row[0] for row in conn.execute(query).fetchall()]


def _registers(world: World, animation: object, number: int) -> object:
    who = {"first_name": "Prénom", "last_name": "Nom", "email": f"p{number}@example.org"}
    return world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC).subject_id


@pytest.fixture
def signed(world: World, app: Application) -> World:
    """A world in which what was done so far has been reacted to."""
    world.sign()
    _reacts(app)
    return world


def test_the_structure_is_told_what_becomes_of_its_animations_and_the_national_team_what_waits(signed, app):
    published, refused = signed.creates(title="Un"), signed.creates(title="Deux")
    signed.publishes(published)
    signed.does(AnimationRefuse(animation_id=refused, reason="À préciser."), NATIONAL)
    signed.does(AnimationCancel(animation_id=published, reason="Neige."), NATIONAL)
    _reacts(app)
    convention, *decisions = messages(app, OURS)
    assert convention == (
        "La convention du 01/09/2025 au 31/08/2026 de Ville de Basse-Terre, Guadeloupe (971), est signée."
    ), "the first one opened its account"
    assert decisions == [
        f"« Un » ({WHEN}, Jean Jaurès) est publiée.",
        # The reasons are sealed in the events, and kept nowhere else.
        f"« Deux » ({WHEN}, Jean Jaurès) est refusée.",
        f"« Un » ({WHEN}, Jean Jaurès), de Ville de Basse-Terre, est annulée.",
    ]
    declared, _, cancelled = messages(app, "national")
    assert declared == (
        f"« Un » ({WHEN}, Jean Jaurès) attend sa publication. Déclarée par Ville de Basse-Terre, Guadeloupe (971)."
    )
    assert cancelled == messages(app, OURS)[-1]
    assert messages(app, "territory:971") == [
        f"Ville de Basse-Terre déclare « Un » ({WHEN}, Jean Jaurès).",
        f"Ville de Basse-Terre déclare « Deux » ({WHEN}, Jean Jaurès).",
        cancelled,
    ]


def test_when_the_end_has_passed_the_structure_is_invited_to_attest_once(signed, app):
    animation = signed.creates(title="Un")
    signed.publishes(animation)
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)
    end = signed.now + timedelta(hours=4)
    assert end_animations(app, end - timedelta(seconds=1), FOUNDED_AT) == 0
    assert end_animations(app, end, end) == 0, "what was past when the scheduler first ran is history"
    assert end_animations(app, end, FOUNDED_AT) == 1
    # The read model does not know yet: the animation itself refuses.
    assert end_animations(app, end, FOUNDED_AT) == 0
    _reacts(app)
    assert messages(app, OURS)[-1] == f"« Un » ({WHEN}, Jean Jaurès) est passée : remplissez l'attestation."


def test_an_attestation_that_is_not_made_is_asked_for_again_three_times_and_then_no_more(signed, app):
    attested, forgotten = signed.creates(title="Un"), signed.creates(title="Deux")
    for animation in (attested, forgotten):
        signed.publishes(animation)

    def days_later(days: int) -> int:
        signed.now = FOUNDED_AT + timedelta(days=days, hours=5)
        with app.pool.connection() as conn:
            prepare(conn, projections)
            catch_up(conn, app.vault)
        return remind_of_attestations(app, signed.now)

    days_later(0)
    assert end_animations(app, signed.now, FOUNDED_AT - timedelta(days=1)) == 2
    signed.does(AnimationAttest(animation_id=attested, parents=3), STRUCTURE)
    _reacts(app)
    # Each hour again, some after days on which nothing ran.
    assert [days_later(days) for days in (1, 2, 3, 3, 9, 12, 13, 29, 33, 34, 60)] == [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]
    late = f"« Deux » ({WHEN}, Jean Jaurès), de Ville de Basse-Terre, attend son attestation depuis"
    assert [message for message in messages(app, OURS) if "attestation depuis" in message] == [
        f"{late} {days} jours : sans elle, rien n'est payé." for days in (3, 10, 30)
    ]
    assert [message for message in messages(app, "territory:971") if "attestation" in message] == [
        f"{late} 30 jours : sans elle, rien n'est payé."
    ]


def test_registrants_are_written_to_when_they_register_get_a_seat_and_when_something_changes(signed, app):
    animation = signed.creates(seats=1)
    signed.publishes(animation)
    first = _registers(signed, animation, 1)
    _registers(signed, animation, 2)
    signed.does(RegistrationCancel(link=app.links.link(PURPOSE, animation, first)), PUBLIC)
    signed.does(AnimationModify(animation_id=animation, changes={"venue_name": "Ailleurs"}), STRUCTURE)
    signed.does(AnimationCancel(animation_id=animation, reason="Neige."), STRUCTURE)
    _reacts(app)
    # Nobody is asked any more whether they come to what is cancelled.
    assert sorted(_letters(app)) == [
        "animation.cancelled",
        "registration.cancelled",
        "registration.seat_obtained",
        "registration.seated",
        "registration.waiting",
    ]


def test_each_authority_is_told_of_a_candidature_when_it_is_its_turn(signed, app):
    table = f"UAI;nom;commune\n{UAI};École des Flamboyants;Basse-Terre"
    signed.does(SchoolsImport(csv=table), NATIONAL)
    submit = CandidatureSubmit(
        territory="971",
        school_uai=UAI,
        degree=Degree.FIRST,
        first_name="Prénom",
        last_name="Nom",
        email="parent@example.org",
        motivation="Aider.",
    )
    candidature = signed.does(submit, PUBLIC).subject_id
    _reacts(app)
    assert messages(app, f"school:{UAI}:director") == [
        "La candidature de Prénom Nom pour l'école des Flamboyants, Basse-Terre attend votre avis."
    ]
    schools = frozenset([UAI])
    signed.does(
        CandidatureGiveOpinion(candidature_id=candidature, favourable=True),
        Actor(Role.DIRECTOR, "director", schools=schools),
    )
    signed.does(CandidatureValidate(candidature_id=candidature), Actor(Role.INSPECTOR, "ien", schools=schools))
    _reacts(app)
    assert messages(app, f"school:{UAI}:inspector") == [
        "La candidature de Prénom Nom pour l'école des Flamboyants, Basse-Terre attend votre décision : l'avis de la"
        " direction de l'école est donné."
    ]
    volunteer = "andidature de Prénom Nom pour l'école des Flamboyants, Basse-Terre"
    assert messages(app, "territory:971") == [
        f"C{volunteer} : déposée.",
        f"Personne ne peut examiner la c{volunteer} : aucun directeur ni directrice d'école n'y est rattaché."
        " Rattachez quelqu'un.",
        f"Personne ne peut examiner la c{volunteer} : aucun inspecteur ni inspectrice n'y est rattaché."
        " Rattachez quelqu'un.",
        f"La c{volunteer} est validée : prenez contact avec cette personne.",
    ]
    assert _letters(app) == ["candidature.received", "candidature.validated"]


@pytest.mark.parametrize("bound", [True, False])
def test_the_coordonnateur_is_told_where_nobody_can_examine_and_not_where_somebody_can(signed, app, bound):
    director = Actor(Role.DIRECTOR, "director", schools=frozenset([UAI]))
    if bound:
        staff = {"subject": "directrice", "staff_role": Role.DIRECTOR, "territory": "971", "schools": (UAI,)}
        signed.does(SchoolStaffBind(**staff), NATIONAL)
    else:
        # By a token alone.
        with app.pool.connection() as conn:
            record_sign_in(conn, UUID(int=9), recipients_of(director)[:1], signed.now)
    who = {"first_name": "Prénom", "last_name": "Nom", "email": "parent@example.org", "motivation": "Aider."}
    for school in (UAI, "9719003J"):
        signed.does(CandidatureSubmit(territory="971", school_uai=school, degree=Degree.FIRST, **who), PUBLIC)
    _reacts(app)
    nobody = [message for message in messages(app, "territory:971") if message.startswith("Personne")]
    assert nobody == [
        "Personne ne peut examiner la candidature de Prénom Nom pour l'école (Guadeloupe, UAI 9719003J) : aucun"
        " directeur ni directrice d'école n'y est rattaché. Rattachez quelqu'un."
    ]


def test_an_invitation_goes_by_letter_and_the_outbox_holds_no_address(signed, app):
    signed.does(InvitationSend(structure_id=STRUCTURE_ID, email="camille@example.org"), STRUCTURE)
    _reacts(app)
    assert _letters(app) == ["invitation"]
    with app.pool.connection() as conn:
        (row,) = conn.execute("SELECT mail_outbox::text FROM mail_outbox").fetchall()
    assert "camille" not in row[0]


def test_nothing_is_told_twice_and_a_rebuild_tells_nothing_at_all(signed, app, fresh_url):
    signed.publishes(signed.creates())
    _reacts(app)
    before = messages(app, OURS), _letters(app)
    with app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, app.vault)
        assert react(conn, True) == 0
    rebuild(fresh_url, MASTER_KEY, workers=1)
    _reacts(app)
    assert (messages(app, OURS), _letters(app)) == before
