"""The figures of structures, territories and the country are what counting one by one gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.animations.commands import (
    AnimationAttest,
    AnimationCancel,
    AnimationModify,
    AnimationPublish,
    AnimationRefuse,
    AttestationCorrect,
)
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import structure_id
from tests.support.api.asking import (
    BASSE_TERRE,
    EVERYWHERE,
    NATIONAL,
    TILLEULS,
    Town,
    coordonnateur,
    structure,
)
from tests.support.api.reading import Reader, opened_town, reading, refusals

FIGURES = """(from: $from, to: $to) { animations published past attested awaitingAttestation cancelled parents
  byTheme { term { code } animations parents } byType { term { code } animations parents }
  byMonth { month animations parents } }"""
STRUCTURE = f"query ($from: Date, $to: Date, $of: String) {{ structure(siret: $of) {{ dashboard{FIGURES} }} }}"
TERRITORY = f"query ($from: Date, $to: Date, $of: String!) {{ territory(code: $of) {{ dashboard{FIGURES} }} }}"
COUNTRY = f"query ($from: Date, $to: Date) {{ dashboard{FIGURES} }}"
_PLACES = [(TILLEULS, "34"), (BASSE_TERRE, "971"), (EVERYWHERE, "34"), (EVERYWHERE, "13")]
_START = datetime(2026, 9, 27, 22, 30, tzinfo=UTC)

Row = dict[str, Any]


@pytest.fixture(scope="module")
def season(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    """Whatever may happen to animations, at random, around midnights and the ends of months."""
    with opened_town(server_url, f"api_figures_{worker_id}", founded_name) as town:
        for siret, territory in _PLACES:
            town.signs(siret, f"Structure {siret}", territory)
        random = Random(11)
        town.now = _START
        known: list[tuple[str, UUID]] = []
        for _ in range(400):
            town.now += timedelta(hours=random.choice((0, 1, 3)))
            try:
                _deed(town, random, known)
            except DomainError:
                continue
        with reading(town) as reader:
            yield reader


def _deed(town: Town, random: Random, known: list[tuple[str, UUID]]) -> None:
    start = town.now + timedelta(hours=random.choice((-2, 1, 2, 5, 24, 400)))
    themes = tuple(random.sample(("ent-pronote", "temps-ecran", "jeux-video"), random.choice((1, 2))))
    if not known or random.random() < 0.3:
        siret, territory = random.choice(_PLACES)
        kind = random.choice(("cafe-des-parents", "seminaire"))
        known.append((siret, town.declares(siret, territory=territory, themes=themes, type=kind, starts_at=start)))
        return
    siret, animation_id = random.choice(known)
    own = structure(siret)
    changes = {"starts_at": start, "ends_at": start + timedelta(hours=1), "themes": themes}
    head_count = random.randint(0, 30)
    command, actor = random.choice(
        [
            *[(AnimationPublish(animation_id=animation_id), NATIONAL)] * 3,
            (AnimationRefuse(animation_id=animation_id, reason="Trop court."), NATIONAL),
            (AnimationCancel(animation_id=animation_id, reason="Neige."), own),
            (AnimationModify(animation_id=animation_id, changes=changes), own),
            *[(AnimationAttest(animation_id=animation_id, parents=head_count), own)] * 3,
            (AttestationCorrect(animation_id=animation_id, parents=head_count, reason="Recompté."), own),
        ]
    )
    town.does(command, actor)


def _local_day(row: Row) -> date:
    zone = "America/Guadeloupe" if row["territory"] == "971" else "Europe/Paris"
    day: date = row["starts_at"].astimezone(ZoneInfo(zone)).date()
    return day


def _counted(rows: Sequence[Row], now: datetime) -> dict[str, Any]:
    published = [row for row in rows if row["status"] == "PUBLISHED"]
    past = [row for row in published if row["ends_at"] <= now]
    return {
        "animations": len(rows),
        "published": len(published),
        "past": len(past),
        "attested": sum(row["attested"] for row in rows),
        "awaitingAttestation": sum(not row["attested"] for row in past),
        "cancelled": sum(row["status"] == "CANCELLED" for row in rows),
        "parents": sum(row["parents"] or 0 for row in rows),
        "byTheme": _by([(theme, row) for row in rows for theme in row["themes"]]),
        "byType": _by([(row["type"], row) for row in rows]),
        "byMonth": _by([(f"{_local_day(row):%Y-%m}", row) for row in rows]),
    }


def _by(pairs: Sequence[tuple[str, Row]]) -> dict[str, tuple[int, int]]:
    animations = Counter(name for name, _ in pairs)
    parents: Counter[str] = Counter()
    for name, row in pairs:
        parents[name] += row["parents"] or 0
    return {name: (animations[name], parents[name]) for name in animations}


def _figures(dashboard: dict[str, Any]) -> dict[str, Any]:
    figures = dict(dashboard)
    for name in ("byTheme", "byType"):
        figures[name] = {row["term"]["code"]: (row["animations"], row["parents"]) for row in dashboard[name]}
    months = [row["month"] for row in dashboard["byMonth"]]
    assert months == sorted(months)
    figures["byMonth"] = {row["month"]: (row["animations"], row["parents"]) for row in dashboard["byMonth"]}
    return figures


_DAYS = st.one_of(st.none(), st.integers(0, 45).map(lambda days: date(2026, 9, 24) + timedelta(days=days)))
_WHOSE: list[tuple[str, str | None, Actor]] = [
    (STRUCTURE, TILLEULS, structure(TILLEULS)),
    (STRUCTURE, BASSE_TERRE, coordonnateur("971")),
    (STRUCTURE, EVERYWHERE, NATIONAL),
    (STRUCTURE, EVERYWHERE, coordonnateur("13")),
    (TERRITORY, "34", coordonnateur("34")),
    (TERRITORY, "971", NATIONAL),
    (TERRITORY, "88", NATIONAL),
    (COUNTRY, None, NATIONAL),
]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(whose=st.sampled_from(_WHOSE), start=_DAYS, end=_DAYS, hours=st.integers(0, 500))
def test_figures_of_any_period_are_what_counting_one_by_one_gives(season: Reader, whose, start, end, hours):
    document, owner, actor = whose
    if start is not None and end is not None and end < start:
        start, end = end, start
    rows = season.animations()
    if document == STRUCTURE:
        rows = [row for row in rows if row["structure_id"] == structure_id(owner)]
        rows = [row for row in rows if not actor.territories or row["territory"] in actor.territories]
    if document == TERRITORY:
        rows = [row for row in rows if row["territory"] == owner]
    rows = [row for row in rows if (start or date.min) <= _local_day(row) <= (end or date.max)]
    now = season.town.now + timedelta(hours=hours)
    variables = {} if owner is None else {"of": owner}
    period = {"from": start and start.isoformat(), "to": end and end.isoformat()}
    data = season.asks(document, actor, now, **period, **variables).data
    dashboard = data["dashboard"] if owner is None else next(iter(data.values()))["dashboard"]
    assert _figures(dashboard) == _counted(rows, now)


def test_the_season_has_some_of_everything(season: Reader):
    """Without it the counts above would agree on nothing."""
    rows = season.animations()
    assert {row["status"] for row in rows} == {"SUBMITTED", "PUBLISHED", "REFUSED", "CANCELLED"}
    assert sum(row["attested"] for row in rows) > 5
    assert any(row["corrections"] for row in rows)
    assert any(len(row["themes"]) == 2 for row in rows)
    assert any(_local_day(row) != row["starts_at"].date() for row in rows if row["territory"] == "971")
    assert any(_local_day(row) != row["starts_at"].date() for row in rows if row["territory"] == "34")


def test_nothing_waits_for_an_attestation_less_than_none(season: Reader):
    """A process whose clock is behind may be asked after another took an attestation."""
    before = _START - timedelta(days=30)
    for document, owner, actor in _WHOSE:
        variables = {} if owner is None else {"of": owner}
        data = season.asks(document, actor, before, **variables).data
        dashboard = data["dashboard"] if owner is None else next(iter(data.values()))["dashboard"]
        assert (dashboard["past"], dashboard["awaitingAttestation"]) == (dashboard["attested"], 0)


@pytest.mark.parametrize("day", ["2026-10-05\x00", "2026-13-01", "hier", "2026-10-05T00:00:00", "\ud800", ""])
def test_a_day_that_is_none_is_named(season: Reader, day: str):
    for name in ("from", "to"):
        answer = season.asks(COUNTRY, NATIONAL, None, **{name: day})
        assert refusals(answer) == [{"code": "INVALID", "field": [name]}]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_period_may_end_where_the_calendar_does(season: Reader, day: str):
    for name in ("from", "to"):
        assert season.asks(COUNTRY, NATIONAL, None, **{name: day}).data
