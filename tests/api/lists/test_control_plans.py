"""Controls find their rows by an index, a page of them in as many statements as one, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from application.controls import ControlOpen, ControlPieceJudge
from application.conventions import ConventionAmend
from application.service_dossiers.commands import (
    ServiceDossierCertify,
    ServiceDossierOpen,
    ServiceDossierSubmit,
)
from domain.kernel.actors import Actor
from domain.kernel.identifiers import structure_id
from tests.api.lists.plans import STRUCTURES_ADDED, nodes_of, plans_of, rows_read
from tests.support.api.asking import AUDITOR, NATIONAL, TILLEULS, Town, coordonnateur, structure
from tests.support.api.reading import Reader, executed, opened_town, reading
from tests.support.draws import sign_and_draw

DOSSIERS, CONTROLS = 6_000, 1_500
YEAR = {"period_from": date(2026, 9, 1), "period_until": date(2027, 8, 31)}

#: Copies of one dossier: of 300 structures, certified on another day each twenty of them.
_DOSSIERS = f"""
INSERT INTO read_models.service_dossiers_g1
SELECT (jsonb_populate_record(d, jsonb_build_object(
    'dossier_id', md5('d' || n)::uuid,
    'structure_id', CASE WHEN n % 300 = 0 THEN d.structure_id ELSE md5((n % 300)::text)::uuid END,
    'opened_at', d.opened_at + n * interval '1 hour',
    'certified_at', d.certified_at + (n / 20) * interval '1 day'
))).* FROM read_models.service_dossiers_g1 d, generate_series(1, {DOSSIERS}) n
"""
#: Copies of one control, each of which drew 20 dossiers.
_CONTROLS = f"""
INSERT INTO read_models.controls_g1
SELECT (jsonb_populate_record(c, jsonb_build_object(
    'control_id', md5('c' || n)::uuid,
    'opened_at', c.opened_at + n * interval '1 hour',
    'drawn', (SELECT jsonb_agg(md5('d' || (n * 7 + m * 11) % {DOSSIERS})::uuid) FROM generate_series(1, 20) m)
))).* FROM read_models.controls_g1 c, generate_series(1, {CONTROLS}) n
"""
_PIECES = """
INSERT INTO read_models.control_pieces_g1
SELECT (jsonb_populate_record(p, jsonb_build_object('control_id', c.control_id, 'dossier_id', one))).*
FROM read_models.control_pieces_g1 p, read_models.controls_g1 c, unnest(c.drawn) AS one
WHERE c.control_id <> p.control_id
"""
_TABLES = {"service_dossiers_g1", "controls_g1", "control_pieces_g1"}


def _controlled(town: Town) -> None:
    """One dossier, certified, drawn, and half judged."""
    convention = town.signs()
    town.does(ConventionAmend(convention_id=convention, rate_per_animation=Decimal("150.00")), NATIONAL)
    animation = town.declares(published=True)
    town.now = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
    town.attests(animation, parents=4)
    ours, coordination = structure(TILLEULS), coordonnateur("34")
    opening = ServiceDossierOpen(structure_id=structure_id(TILLEULS), convention_id=convention, **YEAR)
    dossier = town.does(opening.model_copy(update={"gatherable": (animation,)}), ours)
    town.does(ServiceDossierSubmit(dossier_id=dossier), ours)
    town.does(ServiceDossierCertify(dossier_id=dossier, missing_reason="Perdue"), coordination)
    drawing = ControlOpen(name="Un contrôle", share_percent=100, **YEAR)
    control = town.does(drawing, AUDITOR)
    sign_and_draw(town.app, town.now)
    piece = f"sheet:{animation}"
    town.does(ControlPieceJudge(control_id=control, dossier_id=dossier, piece=piece, accepted=True), AUDITOR)


@pytest.fixture(scope="module")
def season(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    with opened_town(server_url, f"api_controls_{worker_id}", founded_name) as town:
        _controlled(town)
        with reading(town) as reader:
            with town.app.pool.connection() as conn:
                for statement in (STRUCTURES_ADDED, _DOSSIERS, _CONTROLS, _PIECES):
                    conn.execute(statement)
                conn.execute("VACUUM ANALYZE " + ", ".join(f"read_models.{table}" for table in sorted(_TABLES)))
            yield reader


PAGE = """query ($where: ControlWhere, $first: Int) { controls(where: $where, first: $first) { nodes {
  id dossiers { dossier { id structure { name } } pieces { piece label accepted } } allowedActions { action } } } }"""
LIST = "query ($where: ControlWhere) { controls(where: $where) { nodes { id } } }"


def _large(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [node for node in nodes if node.get("Relation Name") in _TABLES]


@pytest.mark.parametrize(
    ("who", "document", "where", "most"),
    [
        (AUDITOR, LIST, {}, 50),
        (AUDITOR, LIST, {"status": ["OPEN"]}, 50),
        (AUDITOR, LIST, {"dossierId": "fa56b8fc-724c-2a68-1736-c0d122336b98"}, 200),
        (structure(TILLEULS), LIST, {}, 1_000),
        (AUDITOR, PAGE, {}, 2_000),
        (structure(TILLEULS), PAGE, {}, 2_000),
    ],
    ids=["all", "open", "of a dossier", "of a structure", "whole page", "whole page of a structure"],
)
def test_controls_are_found_by_an_index(season: Reader, who: Actor, document: str, where: dict[str, Any], most: int):
    plans = plans_of(season, document, who, {"where": where})
    large = _large([node for plan in plans for node in nodes_of(plan)])
    details = [(node["Node Type"], node.get("Index Name"), rows_read(node), node.get("Filter")) for node in large]
    assert large
    assert all(node["Node Type"] != "Seq Scan" for node in large), details
    assert sum(map(rows_read, large)) <= most, details


def test_twenty_controls_cost_as_many_statements_as_one(season: Reader):
    def statements(first: int) -> int:
        with executed() as statements_run:
            nodes = season.asks(PAGE, AUDITOR, first=first).data["controls"]["nodes"]
        assert len(nodes) == first
        return len(statements_run)

    assert statements(20) == statements(1)
