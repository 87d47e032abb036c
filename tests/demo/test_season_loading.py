"""Loading seasons: as many animations as asked for, the same for the same seed, on what is already there."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from application.animations.commands import AnimationPublish
from application.application import open_application
from application.conventions import ConventionSign
from application.founding import TERRITORY_CODES, found_database
from application.hosting.database import temporary_database
from demo import SeasonAlreadyLoaded, SeasonError, load_season
from demo.organisations import choose_organisations
from demo.places import read_places
from domain.animations.events import AnimationModified, AnimationPublished
from domain.animations.transitions import AnimationStatus
from domain.candidatures.events import CandidatureSubmitted
from domain.conventions.convention import ConventionSigned
from domain.kernel.actors import Actor, Role
from domain.kernel.identifiers import structure_id
from domain.structures.structure import AccountOpened, ConventionAttached
from eventstore.log import head
from eventstore.records import Recorded
from tests.support.seasons import (
    NOW,
    a_season,
    animation_streams,
    by_stream,
    facts_of,
    kinds_of,
    state_of,
    the_log,
)
from tests.support.world import EVENT_KEYS


@pytest.fixture
def app(database_url):
    with open_application(database_url, b"k" * 32, EVENT_KEYS) as opened:
        yield opened


@pytest.mark.parametrize("animations", [1, 5, 30, 200])
def test_exactly_as_many_animations_as_asked_for_are_declared(app, animations):
    summary = load_season(app, animations, 3, NOW)
    assert summary.animations == animations
    assert len(animation_streams(the_log(app))) == animations


def test_the_summary_tells_what_was_added(app):
    progress: list[int] = []
    found_database(app, NOW)
    before = len(the_log(app))
    summary = load_season(app, 60, 1, NOW, progress.append)
    records = the_log(app)
    assert summary.events == len(records) - before
    assert summary.last_position == records[-1].position
    assert summary.conventions == sum(isinstance(record.event, ConventionSigned) for record in records)
    assert summary.structures == sum(isinstance(record.event, AccountOpened) for record in records)
    assert summary.candidatures == sum(isinstance(record.event, CandidatureSubmitted) for record in records)
    assert progress[-1] == 60


def _facts(records: list[Recorded]) -> list[tuple]:
    return [(record.originator_id, record.originator_version, record.stamp, record.event) for record in records]


def test_the_same_seed_at_the_same_moment_gives_the_same_season(server_url, worker_id):
    seasons = []
    for number in range(2):
        with (
            temporary_database(server_url, f"same_{worker_id}_{number}") as url,
            open_application(url, b"k" * 32, EVENT_KEYS) as app,
        ):
            seasons.append(_facts(a_season(app)))
    assert seasons[0] == seasons[1]


def test_another_seed_gives_another_a_season(app):
    first = a_season(app, 30, seed=1)
    second = [record for record in a_season(app, 30, seed=2) if record.position > first[-1].position]
    assert not {record.originator_id for record in _flat(animation_streams(first))} & {
        record.originator_id for record in _flat(animation_streams(second))
    }


def _flat(streams: list[list[Recorded]]) -> list[Recorded]:
    return [record for stream in streams for record in stream]


def test_the_same_seed_is_refused_and_appends_nothing(app):
    load_season(app, 30, 5, NOW)
    with app.pool.connection() as conn:
        before = head(conn)
    with pytest.raises(SeasonAlreadyLoaded, match="seed 5"):
        load_season(app, 80, 5, NOW + timedelta(days=3))
    with app.pool.connection() as conn:
        assert head(conn) == before


@pytest.mark.parametrize("animations", [0, -1, 10**9])
def test_a_number_that_makes_no_sense_is_refused_in_one_line(app, animations):
    with pytest.raises(SeasonError, match="animations can be loaded"):
        load_season(app, animations, 1, NOW)
    assert not the_log(app)


def test_a_second_season_builds_on_the_accounts_of_the_first(app):
    # Two seeds that choose some of the same structures.
    first, second = load_season(app, 30, 0, NOW), load_season(app, 30, 1, NOW)
    records = the_log(app)
    opened = facts_of(AccountOpened, records)
    assert len({fact.siret for fact in opened}) == len(opened) == first.structures + second.structures
    assert second.structures < second.conventions
    for stream in by_stream(records).values():
        assert [record.originator_version for record in stream] == list(range(1, len(stream) + 1))


def test_an_account_that_people_opened_before_is_used_and_takes_the_name_of_the_latest_convention(app):
    found_database(app, NOW - timedelta(days=800))
    territories = list(TERRITORY_CODES)
    organisation = choose_organisations(Random(1), read_places(), territories, 15)[0]
    day = (NOW - timedelta(days=700)).date()
    earlier = ConventionSign(
        siret=organisation.siret,
        structure_name="Son ancien nom",
        territory=organisation.commune.department,
        coordonnateur="Coordination",
        signed_on=day,
        valid_from=day,
        valid_until=day,
    )
    app.execute(earlier, Actor(Role.NATIONAL, "nationale"), NOW - timedelta(days=700))
    load_season(app, 30, 1, NOW)
    account = [record for record in the_log(app) if record.originator_id == structure_id(organisation.siret)]
    opened, *attached = (record.event for record in account)
    assert isinstance(opened, AccountOpened)
    assert [isinstance(fact, ConventionAttached) for fact in attached] == [True, True]
    assert state_of(account).name == "Son ancien nom"


def test_commands_work_on_what_was_loaded(app):
    waiting = next(
        stream
        for stream in animation_streams(a_season(app, 30))
        if state_of(stream).status is AnimationStatus.SUBMITTED and AnimationModified not in kinds_of(stream)
    )
    animation = waiting[0].originator_id
    app.execute(AnimationPublish(animation_id=animation), Actor(Role.NATIONAL, "nationale"), NOW)
    assert isinstance(the_log(app)[-1].event, AnimationPublished)
