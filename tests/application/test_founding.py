"""The founding: everything is there once, whoever founds and however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from application.application import Application, open_application
from application.founding import found_database
from application.typology import TermAdd, TermRename
from domain.kernel.actors import Actor, Role
from domain.kernel.identifiers import territory_id
from domain.typology.attestation_form import FormWorded
from domain.typology.territory import TerritoryJoined
from domain.typology.typology import TermAdded, TermKind
from eventstore.log import head, read_after
from tests.support.forging import lift_protection
from tests.support.world import EVENT_KEYS

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
KEY = b"k" * 32
#: Territories, terms and the attestation's questions.
FOUNDING_EVENTS = 12 + 38 + 1
NATIONAL = Actor(Role.NATIONAL, "nationale")


@pytest.fixture
def app(database_url):
    with open_application(database_url, KEY, EVENT_KEYS) as opened:
        yield opened


def _events(app: Application) -> list:
    with app.pool.connection() as conn:
        return read_after(conn, 0, 1000)


def test_the_twelve_territories_join_and_seven_run_candidatures(app):
    assert found_database(app, NOW)
    joined = [record.event for record in _events(app) if isinstance(record.event, TerritoryJoined)]
    assert len(joined) == 12
    assert {fact.code for fact in joined if fact.runs_candidatures} == {"13", "18", "25", "971", "34", "86", "88"}
    assert {fact.code for fact in joined if fact.time_zone != "Europe/Paris"} == {"971"}


def test_every_list_of_the_typology_is_filled_and_themes_have_families(app):
    found_database(app, NOW)
    added = [record.event for record in _events(app) if isinstance(record.event, TermAdded)]
    assert {kind: sum(term.kind is kind for term in added) for kind in TermKind} == {
        TermKind.THEME: 10,
        TermKind.ANIMATION_TYPE: 5,
        TermKind.VENUE_TYPE: 13,
        TermKind.AUDIENCE: 2,
        TermKind.ACCESSIBILITY: 8,
    }
    assert all((term.kind is TermKind.THEME) == (term.family is not None) for term in added)
    assert [term.code for term in added if term.admits_children] == ["atelier-parents-enfants"]
    assert all(term.description for term in added)


def test_the_attestation_form_starts_with_two_questions(app):
    found_database(app, NOW)
    (worded,) = [record.event for record in _events(app) if isinstance(record.event, FormWorded)]
    assert (worded.version, len(worded.questions)) == (1, 2)


def test_founding_is_the_systems_act_at_the_time_given(app):
    found_database(app, NOW)
    assert {(record.stamp.role, record.stamp.recorded_at) for record in _events(app)} == {(Role.SYSTEM, NOW)}


def test_founding_again_records_nothing(app):
    assert found_database(app, NOW)
    before = _events(app)
    assert not found_database(app, datetime(2027, 1, 1, tzinfo=UTC))
    assert _events(app) == before


def test_founding_completes_what_an_interrupted_one_left(app):
    found_database(app, NOW)
    with app.pool.connection() as conn:
        conn.execute("DELETE FROM command_outcomes WHERE subject_id = %s", (territory_id("971"),))
        lift_protection(conn)
        conn.execute("DELETE FROM stored_events WHERE originator_id = %s", (territory_id("971"),))
    app.bus.cache.drop([territory_id("971")])
    assert found_database(app, NOW)
    assert len(_events(app)) == FOUNDING_EVENTS


def test_several_processes_that_found_at_once_record_everything_once(database_url):
    with open_application(database_url, KEY, EVENT_KEYS):
        pass

    def start(_: int) -> None:
        with open_application(database_url, KEY, EVENT_KEYS) as app:
            found_database(app, NOW)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(start, range(6)))
    with open_application(database_url, KEY, EVENT_KEYS) as app:
        assert len(_events(app)) == FOUNDING_EVENTS


def test_what_the_national_team_changed_since_is_left_alone(app):
    found_database(app, NOW)
    app.execute(TermRename(kind=TermKind.VENUE_TYPE, code="mjc", label="Maison des jeunes"), NATIONAL, NOW)
    with app.pool.connection() as conn:
        before = head(conn)
    assert not found_database(app, NOW)
    with app.pool.connection() as conn:
        assert head(conn) == before


def test_a_term_that_the_team_added_by_hand_before_does_not_stop_the_founding(app):
    app.execute(TermAdd(kind=TermKind.VENUE_TYPE, code="mjc", label="MJC"), NATIONAL, NOW)
    assert found_database(app, NOW)
    assert len(_events(app)) == FOUNDING_EVENTS
