"""A change of the typology shows at once, in the rows that a rebuild would give; a large one by a new generation."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import sql

from application.application import Application, open_application
from application.hosting.database import temporary_database
from application.typology import Part, TermMerge, TermRename, TermRetire, TermSplit
from domain.animation_requests.events import RequestSent
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError
from domain.kernel.events import Event
from domain.publications.content import PublicationKind
from domain.publications.events import PublicationProposed
from domain.satisfaction.packets import AnswersRecorded, QuestionResult
from domain.typology.typology import SplitPart, TermKind
from eventstore.bulk import append_rows
from eventstore.records import Recorded, Stamp, encode
from projections.engine.catching_up import advance, catch_up
from projections.engine.generations import State, generations, prepare, terms_in_force
from projections.engine.projection import Projection
from projections.engine.rebuild import back, rebuild, renew
from projections.engine.switching import RebuildRefused
from projections.engine.terms import touched
from projections.engine.terms_in_force import Change, TermsInForce
from projections.readiness import is_outdated
from projections.registry import projections
from projections.typology.renewing import left_behind, renewing
from tests.projections.test_exactness import assert_exact
from tests.support.conditions import until
from tests.support.soak import TIMES
from tests.support.world import EVENT_KEYS, MASTER_KEY, NATIONAL, THEMES, World

_numbers = count(1)
_TYPES = ("cafe-des-parents", "atelier-parents", "seminaire")
_CODES = {
    TermKind.THEME: THEMES,
    TermKind.ANIMATION_TYPE: _TYPES,
    TermKind.VENUE_TYPE: ("ecole", "college", "mairie", "autre"),
    TermKind.AUDIENCE: ("parents", "mediateurs"),
}
_SHOWING = [projection for projection in projections(TermsInForce()) if projection.terms.columns]
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("act"), st.integers(1, 6)),
        st.tuples(st.just("others"), st.integers(1, 3)),
        st.tuples(st.just("change"), st.integers(1, 3)),
        st.tuples(st.just("change"), st.integers(1, 3)),
        st.tuples(st.just("advance"), st.sampled_from([1, 3, 2_000])),
        st.tuples(st.just("refold_at_most"), st.sampled_from([0, 2, 2_000])),
        st.tuples(st.just("rebuild"), st.just("animations")),
        st.tuples(st.just("renew"), st.just(0)),
        st.tuples(st.just("back"), st.just(0)),
    ),
    min_size=5,
    max_size=14,
)


def records(conn: psycopg.Connection, app: Application, *events: Event) -> None:
    """Record each event as the first of a stream of its own."""
    at = datetime(2026, 10, 1, 8, tzinfo=UTC)
    stamp = Stamp(recorded_at=at, actor="test", role=Role.SYSTEM, command_id=uuid4(), cause="command:test")
    sealed = app.vault.seal_many(conn, [Recorded(0, uuid4(), 1, stamp, event) for event in events])
    append_rows(conn, EVENT_KEYS, [(r.originator_id, 1, r.event.topic, encode(r.event, stamp)) for r in sealed])


def publication(*themes: str, audience: str | None = None) -> Event:
    words = {"title": "Écrans", "summary": "Des réglages", "text": "Le soir", "degree": None}
    links = {"link_labels": (), "link_urls": ()}
    kind = PublicationKind.TUTORIAL
    return PublicationProposed(
        kind=kind, themes=themes, audience=audience, structure_id=None, territory="34", **words, **links
    )


def request(theme: str, audience: str, day: date) -> Event:
    wishes = {"theme": theme, "audience": audience, "wished_from": day, "wished_until": date(2027, 6, 1)}
    return RequestSent(school="0340000A", territory="34", text="Pour les parents", structures=(), **wishes)


def packet(themes: tuple[str, ...], animation_type: str, day: date) -> Event:
    results = (QuestionResult(number=1, answers=10, counts=(6, 4)),)
    counted = {"form_version": 1, "answer_count": 12, "results": results}
    terms = {"type": animation_type, "themes": themes, "day": day}
    return AnswersRecorded(animation_id=uuid4(), structure_id=UUID(int=2), territory="34", **terms, **counted)


class _Stage:
    """A database on which terms change while people act."""

    def __init__(self, url: str, app: Application, conn: psycopg.Connection, seed: int) -> None:
        self.url, self.app, self.conn, self.random = url, app, conn, Random(seed)
        self.world = World(app)
        prepare(conn, projections)

    def act(self, times: int) -> None:
        for _ in range(times):
            self.world.acts_at_random(self.random)

    def others(self, times: int) -> None:
        pick = self.random.choice
        for _ in range(times):
            themes = tuple(self.random.sample(THEMES, 2))
            day = date(2026, pick((9, 10, 11)), 15)
            records(
                self.conn,
                self.app,
                publication(*themes, audience=pick((None, "parents"))),
                request(themes[0], "parents", day),
                packet(themes, pick(_TYPES), day),
            )

    def change(self, times: int) -> None:
        for _ in range(times):
            kind = self.random.choice(list(_CODES))
            code, into, other = (*self.random.sample(_CODES[kind], 2), self.random.choice(_CODES[kind]))
            since = self.random.choice((None, date(2026, 10, 15)))
            parts = (Part(into=into, animation_types=_TYPES[:1]), Part(into=other))
            command = self.random.choice(
                (
                    TermMerge(kind=kind, source=code, into=into, since=since),
                    TermSplit(kind=kind, code=code, parts=parts, since=since),
                    TermRename(kind=kind, code=code, label=f"Nom {self.random.random()}", since=since),
                    TermRetire(kind=kind, code=code, since=since),
                )
            )
            with suppress(DomainError):
                self.world.does(command, NATIONAL)

    def advance(self, limit: int) -> None:
        advance(self.conn, self.app.vault, limit=limit)

    def refold_at_most(self, streams: int) -> None:
        touched.FEW_STREAMS = streams

    def rebuild(self, name: str) -> None:
        rebuild(self.url, MASTER_KEY, [name])

    def renew(self, _: int) -> None:
        if names := left_behind(self.conn):
            renew(self.url, MASTER_KEY, names)

    def back(self, _: int) -> None:
        with suppress(RebuildRefused):
            back(self.url, MASTER_KEY)

    def assert_like_a_whole_rebuild(self) -> None:
        """The rows are a fresh fold with the terms of their generation, and these are today's."""
        catch_up(self.conn, self.app.vault, limit=3)
        if names := left_behind(self.conn):
            renew(self.url, MASTER_KEY, names)
        now = terms_in_force(self.conn)
        assert not [live.name for live in generations(self.conn, State.LIVE) if is_outdated(live, now)]
        assert_exact(self.app)


@settings(max_examples=6 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps, seed=st.integers(0, 10_000))
@example(steps=[("refold_at_most", 0), ("change", 6)], seed=1)
@example(steps=[("refold_at_most", 0), *[("act", 6), ("change", 3), ("advance", 2_000), ("renew", 0)] * 4], seed=2)
def test_any_changes_of_terms_among_commands_leave_the_rows_of_a_whole_rebuild(
    steps, seed, server_url, founded, worker_id, monkeypatch
):
    monkeypatch.setattr(touched, "FEW_STREAMS", 2_000)
    with (
        temporary_database(server_url, f"terms_{worker_id}_{next(_numbers)}", founded) as url,
        open_application(url, MASTER_KEY, EVENT_KEYS) as app,
        psycopg.connect(url, autocommit=True) as conn,
    ):
        stage = _Stage(url, app, conn, seed)
        stage.others(2)
        for name, value in steps:
            getattr(stage, name)(value)
        stage.assert_like_a_whole_rebuild()


@pytest.fixture
def conn(app: Application, fresh_url: str):
    with psycopg.connect(fresh_url, autocommit=True) as opened:
        prepare(opened, projections)
        yield opened


@pytest.mark.parametrize("projection", _SHOWING, ids=lambda projection: projection.name)
def test_the_streams_that_show_a_term_are_found_by_an_index(projection: Projection, read_models) -> None:
    changes = [
        Change(kind=kind, code="x", parts=(SplitPart(into="y"),), since=date(2027, 1, 1))
        for kind in projection.terms.columns
    ]
    query = touched.streams_query(projection, 1, changes)
    assert query is not None
    with read_models.transaction():
        read_models.execute("SET LOCAL enable_seqscan = off")
        plan = read_models.execute(sql.SQL("EXPLAIN ") + query, (1,)).fetchall()
    assert not [line for (line,) in plan if "Seq Scan" in line]


def _numbers_of(conn: psycopg.Connection) -> dict[str, int]:
    return {live.name: live.generation for live in generations(conn, State.LIVE)}


def _themes(conn: psycopg.Connection) -> set[str]:
    query = f"SELECT unnest(themes) FROM read_models.animations_g{_numbers_of(conn)['animations']}"
    return {theme for (theme,) in conn.execute(query)}


def test_every_list_that_shows_terms_follows_a_change_at_once_even_one_that_was_down(world, app, conn) -> None:
    """With the generation that is read: nothing is filled anew, and the way back is that of the last rebuild."""
    world.creates(themes=("ent-pronote", "temps-ecran"))
    day = date(2026, 11, 15)
    records(conn, app, publication("ent-pronote"), request("ent-pronote", "parents", day))
    records(conn, app, packet(("ent-pronote",), "cafe-des-parents", day))
    catch_up(conn, app.vault)
    before = _numbers_of(conn)
    for source, into in (("ent-pronote", "educonnect"), ("educonnect", "autre-numerique-scolaire")):
        world.does(TermMerge(kind=TermKind.THEME, source=source, into=into), NATIONAL)
    world.creates(themes=("jeux-video",))
    catch_up(conn, app.vault)
    assert _numbers_of(conn) == before
    assert _themes(conn) == {"autre-numerique-scolaire", "temps-ecran", "jeux-video"}
    for table, column in {
        "publications_g1": "themes[1]",
        "animation_requests_g1": "theme",
        "satisfaction_packets_g1": "themes[1]",
    }.items():
        shown = conn.execute(f"SELECT {column} FROM read_models.{table}").fetchall()
        assert shown == [("autre-numerique-scolaire",)], table
    assert_exact(app)


def test_what_touches_too_much_is_filled_anew_by_itself_and_the_way_back_shows_it_too(
    world, app, conn, fresh_url, monkeypatch
) -> None:
    monkeypatch.setattr(touched, "FEW_STREAMS", 1)
    for _ in range(2):
        world.creates(themes=("ent-pronote",))
    catch_up(conn, app.vault)
    before = _numbers_of(conn)
    world.does(TermMerge(kind=TermKind.THEME, source="ent-pronote", into="educonnect"), NATIONAL)
    catch_up(conn, app.vault)
    assert (_themes(conn), left_behind(conn)) == ({"ent-pronote"}, ["animations"])
    with renewing(fresh_url, MASTER_KEY):
        until(lambda: not left_behind(conn))
    assert _themes(conn) == {"educonnect"}
    changed = {name for name, number in _numbers_of(conn).items() if number != before[name]}
    assert changed == {"animations"}
    assert_exact(app)
    back(fresh_url, MASTER_KEY)
    assert (_numbers_of(conn), _themes(conn), left_behind(conn)) == (before, {"educonnect"}, [])
    assert_exact(app)


def test_what_a_row_does_not_say_of_its_terms_is_folded_from_its_events(
    world, app, conn, fresh_url, monkeypatch
) -> None:
    """The recorded type of one that is shown with another, and the day in another offset than the territory's."""
    monkeypatch.setattr(touched, "FEW_STREAMS", 0)
    # The day before in Guadeloupe.
    starts = datetime(2026, 11, 15, 2, tzinfo=UTC)
    world.creates(themes=("ent-pronote", "temps-ecran"))
    (created,) = (record.event for record in world.commanded())
    held = {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}
    records(conn, app, *(created.model_copy(update={"type": each, **held}) for each in _TYPES))
    catch_up(conn, app.vault)
    by_type = (Part(into="educonnect", animation_types=("seminaire",)), Part(into="jeux-video"))
    for command in (
        TermMerge(kind=TermKind.ANIMATION_TYPE, source="cafe-des-parents", into="seminaire"),
        TermSplit(kind=TermKind.THEME, code="ent-pronote", parts=by_type),
        TermMerge(kind=TermKind.THEME, source="temps-ecran", into="jeux-video", since=date(2026, 11, 15)),
    ):
        world.does(command, NATIONAL)
        catch_up(conn, app.vault)
        assert left_behind(conn) == ["animations"]
        renew(fresh_url, MASTER_KEY, ["animations"])
        assert_exact(app)
