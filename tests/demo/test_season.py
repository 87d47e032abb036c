"""A season at any scale: lawful, complete and never from the future."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from application.application import open_application
from application.conventions import ConventionSign
from demo import load_season
from demo.organisations import PATTERNS, choose_organisations
from demo.places import primary_school, read_places
from demo.texts import TEXTS
from domain.animations.events import (
    AnimationAttested,
    AnimationCancelled,
    AnimationContent,
    AnimationCreated,
    AnimationDetails,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationResubmitted,
    AttestationCorrected,
)
from domain.animations.transitions import AnimationStatus
from domain.candidatures.events import CandidatureSubmitted, Degree
from domain.candidatures.transitions import CandidatureStatus
from domain.conventions.convention import ConventionAmended, ConventionSigned, ConventionTerminated
from domain.kernel.actors import Actor, Role
from domain.kernel.identifiers import check_siret, check_uai
from domain.structures.structure import AccountOpened
from eventstore.log import read_after
from eventstore.seals import is_sealed
from tests.support.seasons import (
    MOMENTS,
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


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%Y-%m-%d}")
def test_every_state_of_an_animation_is_there_however_small_the_season(app, now):
    streams = animation_streams(a_season(app, 30, now=now))
    seen: Counter[str] = Counter()
    for stream in streams:
        state, happened, (created,) = state_of(stream), kinds_of(stream), facts_of(AnimationCreated, stream)
        past = state.ends_at <= now
        seen["waits for publication"] += state.status is AnimationStatus.SUBMITTED
        seen["published, to come"] += state.status is AnimationStatus.PUBLISHED and not past
        seen["refused"] += state.status is AnimationStatus.REFUSED
        seen["corrected, waits again"] += state.status is AnimationStatus.SUBMITTED and AnimationResubmitted in happened
        seen["corrected, published"] += state.status is AnimationStatus.PUBLISHED and AnimationResubmitted in happened
        seen["modified"] += AnimationModified in happened and AnimationResubmitted not in happened
        seen["cancelled once published"] += {AnimationCancelled, AnimationPublished} <= happened
        seen["cancelled before"] += AnimationCancelled in happened and AnimationPublished not in happened
        seen["cloned, waits"] += created.cloned_from is not None and state.status is AnimationStatus.SUBMITTED
        seen["cloned, attested"] += created.cloned_from is not None and state.attested
        seen["attested"] += AnimationAttested in happened
        seen["attested, corrected"] += AttestationCorrected in happened
        seen["past, unattested"] += state.status is AnimationStatus.PUBLISHED and past and not state.attested
        seen["declared late"] += created.declared_late
        seen["with children"] += any(fact.children for fact in facts_of(AnimationAttested, stream))
        seen["for médiateurs"] += state.content.audience == "mediateurs"
    assert not [name for name, times in seen.items() if not times]


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%Y-%m-%d}")
def test_candidatures_are_at_every_step_of_both_degrees(app, now):
    streams = by_stream(a_season(app, 30, now=now)).values()
    states = [state_of(stream) for stream in streams if isinstance(stream[0].event, CandidatureSubmitted)]
    assert {(state.degree, state.status) for state in states} == {
        (degree, status)
        for degree in Degree
        for status in CandidatureStatus
        if (degree, status) != (Degree.SECOND, CandidatureStatus.OPINION_GIVEN)
    }
    assert {state.territory for state in states} <= {"13", "18", "25", "971", "34", "86", "88"}


def test_conventions_are_signed_amended_and_ended(app):
    happened = {type(record.event) for record in a_season(app, 30)}
    assert {ConventionSigned, ConventionAmended, ConventionTerminated} <= happened


def test_every_territory_has_its_structures(app):
    signed = facts_of(ConventionSigned, a_season(app, 30))
    assert len({fact.territory for fact in signed}) == 12


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%Y-%m-%d}")
def test_time_runs_forward_along_the_log_and_never_past_now(app, now):
    load_season(app, 150, 11, now)
    times = [record.stamp.recorded_at for record in the_log(app)]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert times[-1] <= now
    assert now - times[-1] < timedelta(days=3)


def test_versions_of_every_stream_follow_each_other(app):
    for stream in by_stream(a_season(app)).values():
        assert [record.originator_version for record in stream] == list(range(1, len(stream) + 1))


def test_what_a_policy_did_names_its_cause_as_the_command_bus_does(app):
    records = a_season(app, 30)
    place = {(record.originator_id, record.originator_version): record for record in records}
    caused = [record for record in records if record.stamp.cause.startswith("event:")]
    assert {record.event.topic for record in caused} == {
        "structure.account_opened",
        "structure.convention_attached",
        "candidature.coordonnateur_informed",
    }
    for record in caused:
        _, topic, stream, version = record.stamp.cause.split(":")
        cause = place[UUID(stream), int(version)]
        assert cause.event.topic == topic
        assert cause.stamp.command_id == record.stamp.command_id
        assert cause.position < record.position


def test_stamps_are_those_that_commands_leave(app):
    national = Actor(Role.NATIONAL, "nationale")
    load_season(app, 30, 1, NOW)
    signed = next(record for record in the_log(app) if isinstance(record.event, ConventionSigned))
    (fact, *_) = facts_of(ConventionSigned, [signed])
    values = fact.model_dump(exclude={"structure_id", "siret"})
    app.execute(ConventionSign(siret="35600000000048", **values), national, NOW)
    by_hand = next(record for record in reversed(the_log(app)) if isinstance(record.event, ConventionSigned))
    own = {"recorded_at", "actor", "role", "command_id", "structure_id"}
    assert by_hand.stamp.model_dump(exclude=own) == signed.stamp.model_dump(exclude=own)
    assert signed.stamp.structure_id == fact.structure_id


def test_actors_have_the_roles_that_may_act_so(app):
    for record in a_season(app):
        role, event = record.stamp.role, record.event
        if isinstance(event, AnimationPublished | AnimationRefused):
            assert role is Role.NATIONAL
        elif isinstance(event, AnimationCreated | AnimationModified | AnimationAttested | AttestationCorrected):
            assert role is Role.STRUCTURE
        elif isinstance(event, ConventionSigned | ConventionAmended | ConventionTerminated):
            assert role is Role.COORDONNATEUR
        elif isinstance(event, CandidatureSubmitted):
            assert role in (Role.PUBLIC, Role.PARENT)


def test_animations_lie_within_their_convention_and_are_declared_by_its_structure(app):
    records = a_season(app, 300)
    conventions = {
        stream[0].originator_id: state_of(stream)
        for stream in by_stream(records).values()
        if isinstance(stream[0].event, ConventionSigned)
    }
    for record in records:
        if isinstance(record.event, AnimationCreated):
            convention = conventions[record.event.convention_id]
            assert convention.covers(record.event.starts_at.date())
            assert convention.structure_id == record.event.structure_id == record.stamp.structure_id
            assert convention.territory == record.event.territory == record.stamp.territory


def test_times_are_the_territorys_own(app):
    for created in facts_of(AnimationCreated, a_season(app, 200)):
        here = created.starts_at.astimezone(ZoneInfo(created.time_zone))
        assert created.starts_at.utcoffset() == here.utcoffset()
        assert 8 <= here.hour <= 19
        assert here.weekday() < 6


def test_what_is_declared_is_within_todays_limits(app):
    for record in a_season(app, 300):
        if isinstance(record.event, AnimationCreated | AnimationModified):
            values = {name: getattr(record.event, name) for name in AnimationDetails.model_fields}
            AnimationContent.model_validate(values)


def test_ent_is_sought_in_september_and_rights_in_may(app):
    themes: dict[int, Counter[str]] = {month: Counter() for month in range(1, 13)}
    for created in facts_of(AnimationCreated, a_season(app, 1500, now=datetime(2027, 6, 15, tzinfo=UTC))):
        themes[created.starts_at.month][created.themes[0]] += 1
    assert themes[9].most_common(1)[0][0] == "ent-pronote"
    assert themes[5].most_common(1)[0][0] == "acces-aux-droits"
    assert sum(themes[7].values()) + sum(themes[8].values()) < sum(themes[9].values())


def test_structures_have_one_account_each_under_a_siret_that_checks(app):
    sirets = [fact.siret for fact in facts_of(AccountOpened, a_season(app, 300))]
    assert len(set(sirets)) == len(sirets)
    assert [check_siret(siret) for siret in sirets] == sirets
    assert {siret[:9] for siret in sirets} <= {
        commune.siren for communes in read_places().communes.values() for commune in communes
    }


def test_a_siret_has_one_name_whatever_the_seed():
    places = read_places()
    names: dict[str, set[str]] = {}
    for seed in range(3):
        for organisation in choose_organisations(Random(seed), places, list(places.communes), 2000):
            names.setdefault(organisation.siret, set()).add(organisation.name)
    assert all(len(names_of_siret) == 1 for names_of_siret in names.values())
    assert len({pattern.name for pattern in PATTERNS}) == len(PATTERNS)


def test_schools_have_a_uai_that_checks(app):
    submitted = facts_of(CandidatureSubmitted, a_season(app, 300))
    assert [check_uai(fact.school_uai) for fact in submitted] == [fact.school_uai for fact in submitted]
    lycees = {school.uai for schools in read_places().lycees.values() for school in schools}
    assert {fact.school_uai for fact in submitted if fact.degree is Degree.SECOND} <= lycees


def test_every_territory_can_have_a_first_degree_school_with_a_uai_that_checks():
    for communes in read_places().communes.values():
        for commune in communes[:20]:
            check_uai(primary_school(commune, 2).uai)


def test_nothing_personal_is_stored_in_clear(app, database_url):
    load_season(app, 60, 1, NOW)
    with psycopg.connect(database_url) as conn:
        stored = conn.execute(
            "SELECT convert_from(state, 'UTF8') FROM stored_events WHERE topic LIKE 'candidature.%'"
        ).fetchall()
        raw = read_after(conn, 0, 100_000)
    everything = "\n".join(row[0] for row in stored)
    assert "@example.org" not in everything
    written = (*TEXTS.motivations, *TEXTS.opinions, *TEXTS.candidature_rejections, *filter(None, TEXTS.withdrawals))
    assert not [text for text in written if text in everything]
    for record in raw:
        values = [getattr(record.event, name) for name in record.event.personal_fields]
        personal = [text for value in values for text in (value if isinstance(value, tuple) else (value,))]
        assert all(text is None or is_sealed(text) for text in personal)


def test_sealed_fields_can_be_read_with_the_key_and_belong_to_nobody(app):
    submitted = facts_of(CandidatureSubmitted, a_season(app, 60))
    assert all(fact.email.endswith("@example.org") for fact in submitted)
    assert all(fact.phone is None or fact.phone.startswith("06 39 98") for fact in submitted)
