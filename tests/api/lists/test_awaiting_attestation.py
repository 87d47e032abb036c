"""Awaiting attestation means one thing: in filters, figures, queues and for the table of what may be done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.animations.commands import AnimationAttest, AnimationCancel, AnimationModify, AnimationPublish
from domain.animations.transitions import AnimationStatus, awaits_attestation
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import structure_id
from tests.support.api.asking import BASSE_TERRE, NATIONAL, TILLEULS, Town, coordonnateur, structure
from tests.support.api.reading import Reader, opened_town, reading

_START = datetime(2026, 10, 3, 9, 0, tzinfo=UTC)
_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
Row = dict[str, Any]

OWN = f"""{{ viewer {{ waiting {{ awaitingAttestation }} }} structure(siret: "{TILLEULS}") {{
  dashboard {{ awaitingAttestation }} dues {{ attestationsDue attestationsLate oldestEnd }}
  awaiting: animations(where: {{awaitingAttestation: true}}, first: 100) {{
    totalCount nodes {{ id allowedActions {{ action allowed }} }} }}
  others: animations(where: {{awaitingAttestation: false}}, first: 100) {{ totalCount nodes {{ id }} }} }} }}"""
MANAGED = """{ managedAnimations(where: {awaitingAttestation: true}, first: 100) { totalCount nodes { id } } }"""
TERRITORY = '{ territory(code: "34") { dashboard { awaitingAttestation } } }'
OWING = "{ structures(where: {owing: true}) { nodes { id } } }"
BY_OWED = """query ($after: String) { structures(where: {managed: true}, orderBy: OWED, first: 1, after: $after) {
  totalCount pageInfo { endCursor } nodes { id name dues { attestationsLate attestationsDue dossiersToSubmit } } } }"""
COUNTRY = "{ dashboard { awaitingAttestation } }"


class _Row:
    """A row of the read model, as the table of transitions sees it."""

    def __init__(self, row: Row) -> None:
        self.status = AnimationStatus(row["status"])
        self.attested: bool = row["attested"]
        self.held_on: date = row["day"]
        self.time_zone: str = row["time_zone"]
        self.ends_at: datetime = row["ends_at"]
        self.structure_id: UUID = row["structure_id"]
        self.territory: str = row["territory"]
        self.former_texts: int = row["former_texts"]
        self.sheets: list[str] = row["sheet_digests"]
        self.suspended: bool = row["suspended"]


@pytest.fixture(scope="module")
def season(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    """Whatever may happen to animations, at random."""
    with opened_town(server_url, f"api_awaiting_{worker_id}", founded_name) as town:
        town.signs()
        town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
        random = Random(3)
        town.now = _START
        declared: list[tuple[str, UUID]] = []
        for _ in range(150):
            town.now += timedelta(hours=random.choice((0, 1, 4)))
            try:
                _deed(town, random, declared)
            except DomainError:
                continue
        with reading(town) as reader:
            yield reader


def _deed(town: Town, random: Random, declared: list[tuple[str, UUID]]) -> None:
    start = town.now + timedelta(hours=random.choice((-30, -2, 1, 24)))
    if not declared or random.random() < 0.4:
        siret, territory = random.choice(((TILLEULS, "34"), (TILLEULS, "34"), (BASSE_TERRE, "971")))
        published = random.random() < 0.7
        declared.append((siret, town.declares(siret, territory=territory, starts_at=start, published=published)))
        return
    siret, animation_id = random.choice(declared)
    changes = {"starts_at": start, "ends_at": start + timedelta(hours=1)}
    command, actor = random.choice(
        [
            (AnimationPublish(animation_id=animation_id), NATIONAL),
            (AnimationCancel(animation_id=animation_id, reason="Neige."), structure(siret)),
            (AnimationModify(animation_id=animation_id, changes=changes), structure(siret)),
            (AnimationAttest(animation_id=animation_id, parents=3), structure(siret)),
        ]
    )
    town.does(command, actor)


def _ids(rows: list[Row]) -> set[str]:
    return {str(row["animation_id"]) for row in rows}


@settings(max_examples=15, deadline=None, suppress_health_check=_SLOW)
@given(hours=st.integers(-40, 400))
def test_lists_figures_queues_and_the_table_of_transitions_agree_at_every_moment(season: Reader, hours: int):
    now = _START + timedelta(hours=hours)
    rows = season.animations()
    awaiting = [row for row in rows if awaits_attestation(_Row(row), now)]
    own = [row for row in awaiting if row["structure_id"] == structure_id(TILLEULS)]
    answer = season.asks(OWN, structure(TILLEULS), now).data
    listed, others = answer["structure"]["awaiting"], answer["structure"]["others"]
    assert {node["id"] for node in listed["nodes"]} == _ids(own)
    assert listed["totalCount"] == len(own)
    assert others["totalCount"] == sum(row["structure_id"] == structure_id(TILLEULS) for row in rows) - len(own)
    assert not _ids(own) & {node["id"] for node in others["nodes"]}
    assert answer["structure"]["dashboard"]["awaitingAttestation"] == len(own)
    assert answer["viewer"]["waiting"]["awaitingAttestation"] == len(own)
    dues, ends = answer["structure"]["dues"], sorted(row["ends_at"] for row in own)
    assert (dues["attestationsDue"], dues["oldestEnd"] is None) == (len(own), not own)
    assert dues["attestationsLate"] == sum(end <= now - timedelta(days=7) for end in ends)
    for node in listed["nodes"]:
        assert {"action": "animationAttest", "allowed": True} in node["allowedActions"]
    for actor, expected in (
        (NATIONAL, awaiting),
        (coordonnateur("34"), [row for row in awaiting if row["territory"] == "34"]),
    ):
        page = season.asks(MANAGED, actor, now).data["managedAnimations"]
        assert ({node["id"] for node in page["nodes"]}, page["totalCount"]) == (_ids(expected), len(expected))
        owing = {node["id"] for node in season.asks(OWING, actor, now).data["structures"]["nodes"]}
        assert owing == {str(row["structure_id"]) for row in expected}
        pages = [season.asks(BY_OWED, actor, now).data["structures"]]
        while len(pages) < pages[0]["totalCount"]:
            pages.append(season.asks(BY_OWED, actor, now, after=pages[-1]["pageInfo"]["endCursor"]).data["structures"])
        if actor == NATIONAL:
            names = [node["name"] for page in pages for node in page["nodes"]]
            assert names == sorted(names)
            continue
        owed = [(*(-each for each in node["dues"].values()), node["name"]) for page in pages for node in page["nodes"]]
        assert owed == sorted(owed)
        assert {node["id"] for page in pages for node in page["nodes"]} >= owing
    assert season.asks(OWING, structure(TILLEULS), now).codes == ["FORBIDDEN"]
    assert season.asks(BY_OWED, structure(TILLEULS), now).codes == ["FORBIDDEN"]
    assert season.asks(BY_OWED.replace("managed: true", ""), NATIONAL, now).codes == ["INVALID"]
    of_territory = season.asks(TERRITORY, NATIONAL, now).data["territory"]["dashboard"]["awaitingAttestation"]
    assert of_territory == sum(row["territory"] == "34" for row in awaiting)
    assert season.asks(COUNTRY, NATIONAL, now).data["dashboard"]["awaitingAttestation"] == len(awaiting)


def test_the_season_holds_what_awaits_and_what_only_looks_so(season: Reader):
    now = _START + timedelta(hours=300)
    rows = season.animations()
    unattested = [row for row in rows if row["ends_at"] <= now and not row["attested"]]
    awaiting = [row for row in rows if awaits_attestation(_Row(row), now)]
    assert 0 < len(awaiting) < len(unattested)
