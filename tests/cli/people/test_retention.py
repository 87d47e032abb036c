"""`parentalite privacy retain`: personal data are kept for as long as they may be, and not longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from application.accounts.invitations import InvitationSend
from application.action_groups import ActionGroupClose, ActionGroupMemberAdd, ActionGroupOpen
from application.candidatures import CandidatureReject, CandidatureSubmit, CandidatureValidate
from application.contacts.commands import ContactAdd
from application.followers.retention import forget_registrants
from application.registrations import RegistrationSubmit
from cli.composition import settings_from_environment
from cli.server.jobs import retain
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC
from tests.cli.conftest import error_line, project
from tests.support.dumps import dump, in_hexadecimal
from tests.support.world import HEAD, NATIONAL, STRUCTURE, STRUCTURE_ID, UAI

RECENT, OLD = "recente@example.org", "ancienne@example.org"


def _registers(world, email):
    """Somebody registers for an animation that begins in two hours and ends in four."""
    animation = world.creates()
    world.publishes(animation)
    submit = RegistrationSubmit(animation_id=animation, first_name="Zoé", last_name="Inscrite", email=email)
    return animation, world.does(submit, PUBLIC).subject_id


@pytest.fixture
def registered(world, opened, monkeypatch):
    """One whose animation ended long ago, and one of ten days later, on an earth where data are kept for long."""
    old = _registers(world, OLD)
    world.now += timedelta(days=10)
    recent = _registers(world, RECENT)
    project(opened)
    days = (opened_at(opened) - (world.now + timedelta(hours=4))).days + 2
    monkeypatch.setenv("PARENTALITE_REGISTRANTS_DAYS", str(days))
    return old, recent


def opened_at(opened):
    with opened.connection() as conn:
        return conn.execute("SELECT now()").fetchone()[0]


def _erased(opened):
    with opened.connection() as conn:
        query = "SELECT state FROM stored_events WHERE topic = 'registration.personal_data_erased'"
        return [bytes(row[0]).decode() for row in conn.execute(query).fetchall()]


def test_what_is_due_is_told_before_anything_is_erased(run, opened, registered):
    result = run("privacy", "retain", "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "Due: 1 registration, 0 candidatures, 0 invitations, 0 contacts, 0 group members, 0 files." in result.stderr
    assert _erased(opened) == []


def test_what_was_kept_long_enough_is_erased_and_recorded_and_the_rest_stays(run, opened, registered):
    result = run("privacy", "retain", "--yes")
    assert result.exit_code == 0, result.stderr
    (state,) = _erased(opened)
    assert str(registered[0][1]) in state
    assert '"role":"system"' in state
    left = dump(opened.url)
    assert RECENT in left, "the dump shows what is there"
    assert OLD not in left
    assert in_hexadecimal(OLD) not in left
    assert "Due: 0 registrations" in run("privacy", "retain", "--yes").stderr


def test_what_was_interrupted_is_finished(run, world, opened, registered):
    (animation, registration), _ = registered
    forget_registrants(world.app, animation, [registration], world.now)
    # Said once, however often it is done.
    forget_registrants(world.app, animation, [registration], world.now)
    assert len(_erased(opened)) == 1


def test_an_ended_candidature_is_erased_after_its_months(run, world, opened, monkeypatch):
    candidature = world.does(CandidatureSubmit(**_candidature()), PUBLIC).subject_id
    world.does(CandidatureReject(candidature_id=candidature, reason="Hors secteur"), HEAD)
    project(opened)
    monkeypatch.setenv("PARENTALITE_CANDIDATURES_MONTHS", "1")
    assert "1 candidature" in run("privacy", "retain", "--yes").stderr
    assert OLD not in dump(opened.url)
    monkeypatch.setenv("PARENTALITE_CANDIDATURES_MONTHS", "many")
    assert "PARENTALITE_CANDIDATURES_MONTHS" in error_line(run("privacy", "retain"))


def test_who_is_never_decided_on_is_not_kept_for_ever(run, world, opened, monkeypatch):
    world.does(CandidatureSubmit(**_candidature()), PUBLIC)
    project(opened)
    monkeypatch.setenv("PARENTALITE_CANDIDATURES_MONTHS", "1")
    assert "1 candidature" in run("privacy", "retain", "--yes").stderr
    assert OLD not in dump(opened.url)


def test_a_volunteer_is_kept_for_a_time_after_the_last_that_is_recorded_of_them(run, world, opened, monkeypatch):
    candidature = world.does(CandidatureSubmit(**_candidature()), PUBLIC).subject_id
    world.does(CandidatureValidate(candidature_id=candidature), HEAD)
    project(opened)
    monkeypatch.setenv("PARENTALITE_CANDIDATURES_MONTHS", "1")
    assert "0 candidatures" in run("privacy", "retain", "--dry-run").stderr
    monkeypatch.setenv("PARENTALITE_VOLUNTEERS_MONTHS", "1")
    assert "1 candidature" in run("privacy", "retain", "--yes").stderr
    assert OLD not in dump(opened.url)


def test_addresses_of_invited_people_contacts_and_members_of_closed_groups_have_a_term(run, world, opened, monkeypatch):
    world.does(InvitationSend(structure_id=STRUCTURE_ID, email=OLD), STRUCTURE)
    world.does(ContactAdd(structure_id=STRUCTURE_ID, name="École", email=OLD), STRUCTURE)
    open_group, closed_group = (
        world.does(ActionGroupOpen(name=name, theme="Les écrans"), NATIONAL).subject_id for name in ("Un", "Deux")
    )
    for group, email in ((open_group, RECENT), (closed_group, OLD)):
        who = {"first_name": "Zoé", "last_name": "Membre", "email": email, "profession": "psychologue"}
        world.does(ActionGroupMemberAdd(group_id=group, **who), NATIONAL)
    world.does(ActionGroupClose(group_id=closed_group), NATIONAL)
    project(opened)
    monkeypatch.setenv("PARENTALITE_INVITATIONS_DAYS", "1")
    monkeypatch.setenv("PARENTALITE_CONTACTS_MONTHS", "1")
    monkeypatch.setenv("PARENTALITE_GROUP_MEMBERS_MONTHS", "1")
    assert "1 invitation, 1 contact, 1 group member" in run("privacy", "retain", "--yes").stderr
    assert OLD not in (left := dump(opened.url))
    assert RECENT in left, "the group is at work"
    assert "0 invitations, 0 contacts, 0 group members" in run("privacy", "retain", "--yes").stderr


def test_more_than_any_piece_is_erased_in_one_go(run, world, opened, monkeypatch):
    animation = world.creates(seats=700)
    world.publishes(animation)
    for number in range(520):
        who = {"first_name": "Zoé", "last_name": "Inscrite", "email": f"parent{number}@example.org"}
        world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
    project(opened)
    later = world.now + timedelta(days=200)
    assert retain(opened.application, settings_from_environment(), later) == 520
    project(opened)
    assert retain(opened.application, settings_from_environment(), later) == 0


def _candidature():
    return {
        "territory": "971",
        "school_uai": UAI,
        "degree": Degree.SECOND,
        "first_name": "Zélie",
        "last_name": "Inventée",
        "email": OLD,
        "motivation": "Je veux aider",
    }
