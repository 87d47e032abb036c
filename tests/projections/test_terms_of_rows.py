"""What the rows themselves say of their terms is not read from events again."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from application.application import Application
from application.typology import Part, TermAdd, TermMerge, TermSplit
from domain.typology.typology import TermKind
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.engine.rebuild import renew
from projections.engine.terms import touched
from projections.registry import projections
from projections.typology.renewing import left_behind
from tests.projections.test_exactness import assert_exact
from tests.projections.test_terms import packet, publication, records, request
from tests.support.world import MASTER_KEY, NATIONAL


@pytest.fixture
def conn(app: Application, fresh_url: str):
    with psycopg.connect(fresh_url, autocommit=True) as opened:
        prepare(opened, projections)
        yield opened


def test_what_rows_say_of_their_terms_is_read_from_no_event(world, app, conn, fresh_url, monkeypatch) -> None:
    """Memory is that of the terms which are shown together, however many rows show them."""
    monkeypatch.setattr(touched, "FEW_STREAMS", 0)
    filled = ["animation_requests", "publications", "satisfaction_packets"]
    terms = ("ent-pronote", "temps-ecran")
    days = (date(2026, 9, 1), date(2026, 12, 1))
    world.does(TermAdd(kind=TermKind.AUDIENCE, code="autres", label="Autres"), NATIONAL)
    for audience in (None, "parents", "autres"):
        records(conn, app, *(publication(*some, audience=audience) for some in (terms, terms[:1], terms[1:])))
    for day in days:
        records(conn, app, *(request(theme, "autres", day) for theme in terms))
        records(conn, app, *(packet(terms, each, day) for each in ("cafe-des-parents", "seminaire")))
    catch_up(conn, app.vault)
    monkeypatch.setattr("projections.engine.terms.folding.read_streams", None)
    parts = (Part(into="jeux-video", animation_types=("seminaire",)), Part(into="educonnect"))
    for command in (
        TermMerge(kind=TermKind.AUDIENCE, source="autres", into="mediateurs"),
        TermSplit(kind=TermKind.THEME, code="ent-pronote", parts=parts, since=date(2026, 10, 15)),
        TermMerge(kind=TermKind.THEME, source="educonnect", into="temps-ecran"),
    ):
        world.does(command, NATIONAL)
        catch_up(conn, app.vault)
        behind = left_behind(conn)
        assert set(behind) <= set(filled)
        renew(fresh_url, MASTER_KEY, behind)
        assert (left_behind(conn), len(behind) > 1) == ([], True)
        assert_exact(app)


def test_nor_are_events_read_where_rows_are_changed_in_place(world, app, conn, monkeypatch) -> None:
    for themes in (("ent-pronote",), ("ent-pronote", "temps-ecran"), ("jeux-video",)):
        world.creates(themes=themes)
    catch_up(conn, app.vault)
    monkeypatch.setattr("projections.engine.terms.folding.read_streams", None)
    world.does(TermMerge(kind=TermKind.THEME, source="ent-pronote", into="temps-ecran"), NATIONAL)
    catch_up(conn, app.vault)
    shown = conn.execute("SELECT themes FROM read_models.animations_g1 ORDER BY themes").fetchall()
    assert (shown, left_behind(conn)) == ([(["jeux-video"],), (["temps-ecran"],), (["temps-ecran"],)], [])
    assert_exact(app)
