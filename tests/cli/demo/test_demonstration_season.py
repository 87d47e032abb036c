"""The demonstration's season: whole at any hour, finished where it was broken off, loaded by one process at a time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import sql

from cli.demo import dossiers as demonstration_dossiers
from cli.demo import season as demonstration_season
from cli.demo.dossiers import make_dossiers
from cli.demo.season import load_once
from domain.kernel.dossier_status import DossierStatus
from eventstore.log import head
from projections.engine.generations import live_tables
from tests.cli.conftest import project

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
#: Where a day, a year, the clocks or the month changes in one of the territories and not in another.
HOURS = [
    datetime(2027, 1, 1, 0, 30, tzinfo=UTC),
    datetime(2026, 11, 26, 1, 16, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, 50, tzinfo=UTC),
    datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC),
    datetime(2027, 9, 1, 3, 59, tzinfo=UTC),
]
_OF_GUADELOUPE = """
SELECT s.siret FROM {animations} AS a JOIN {structures} AS s USING (structure_id)
WHERE a.territory = '971' AND a.attested GROUP BY s.siret ORDER BY count(*) DESC LIMIT 1"""


def statuses(opened) -> Counter[str]:
    project(opened)
    with opened.connection() as conn:
        query = sql.SQL("SELECT status FROM {service_dossiers}").format(**live_tables(conn))
        return Counter(status for (status,) in conn.execute(query))


@pytest.mark.parametrize("now", HOURS, ids=lambda now: f"{now:%Y-%m-%dT%H%M}")
def test_the_demonstration_starts_at_any_hour(opened, now):
    load_once(opened, 120, now)
    assert statuses(opened) == Counter(dict.fromkeys(DossierStatus, 1))
    with opened.connection() as conn:
        row = conn.execute(sql.SQL(_OF_GUADELOUPE).format(**live_tables(conn))).fetchone()
    assert row is not None
    make_dossiers(opened, row[0], now)


def test_a_season_whose_dossiers_were_never_made_gets_them_at_the_next_start(opened, monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(demonstration_season, "make_dossiers", stopped)
        with pytest.raises(KeyboardInterrupt):
            load_once(opened, 60, NOW)
    assert statuses(opened) == Counter()
    load_once(opened, 60, NOW)
    assert statuses(opened) == Counter(dict.fromkeys(DossierStatus, 1))
    load_once(opened, 60, NOW)
    assert statuses(opened).total() == len(DossierStatus)
    assert "Opened 7 service dossiers" in capsys.readouterr().err


@pytest.mark.parametrize("acts", [1, 3, 6, 10, 14])
def test_dossiers_broken_off_anywhere_are_finished(season_without_dossiers, monkeypatch, acts):
    opened = season_without_dossiers
    carry_out, left = type(opened.application).execute, [acts]

    def until_stopped(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return carry_out(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(type(opened.application), "execute", until_stopped)
        with pytest.raises(KeyboardInterrupt):
            make_dossiers(opened, "", NOW)
    project(opened)
    make_dossiers(opened, "", NOW)
    assert set(statuses(opened)) == set(DossierStatus)


@pytest.fixture
def season_without_dossiers(opened, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(demonstration_season, "make_dossiers", lambda *_: 0)
        load_once(opened, 60, NOW)
    return opened


@pytest.mark.parametrize(("days", "word"), [(0, "The demonstration season is there, with"), (120, "are past")])
def test_what_is_to_come_is_told_with_the_way_to_a_new_season(opened, capsys, days, word):
    load_once(opened, 60, NOW)
    capsys.readouterr()
    load_once(opened, 60, NOW + timedelta(days=days))
    errors = capsys.readouterr().err
    assert word in errors
    assert "to come" in errors
    assert "parentalite demo --fresh" in errors


def test_a_season_from_before_the_table_is_taken_for_what_it_shows(opened):
    load_once(opened, 60, NOW)
    with opened.connection() as conn:
        conn.execute("DROP TABLE demonstration")
        before = head(conn)
    load_once(opened, 60, NOW)
    with opened.connection() as conn:
        assert head(conn) == before


def test_each_status_has_its_steps():
    assert set(demonstration_dossiers._STEPS) == set(DossierStatus)
