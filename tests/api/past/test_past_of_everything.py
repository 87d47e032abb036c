"""The past of a structure is told at every position, after whatever has happened to it and to others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from application.files.store import FileStore
from domain.kernel.events import registered_events
from tests.support.api.asking import AUDITOR
from tests.support.api.every_topic import an_event_of_every_topic
from tests.support.api.reading import Reader, opened_town, reading
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import STRUCTURE_ID, World

INSIDE = """{ name conventions { id version certifiedAnimations } dashboard { animations attested parents }
  animations { totalCount nodes { id status seatsLeft waiting attestation { parents } } } timeline { totalCount } }"""
THINGS = {
    "structure": INSIDE,
    "animation": f"{{ id status seatsLeft waiting attestation {{ parents }} structure {INSIDE} }}",
    "serviceDossier": f"{{ id status amount lines {{ animation {{ id }} }} structure {INSIDE} }}",
}


@pytest.fixture(scope="module")
def world(server_url: str, worker_id: str, founded_name: str, tmp_path_factory: Any) -> Iterator[tuple[Reader, dict]]:
    with opened_town(server_url, f"api_past_{worker_id}", founded_name) as town:
        world, files = World(town.app), FileStore(tmp_path_factory.mktemp("files"))
        ids = an_event_of_every_topic(world, Claim(world, files))
        town.now = world.now
        with reading(town, files) as reader:
            yield (
                reader,
                {
                    "structure": str(STRUCTURE_ID),
                    "animation": ids["attested"],
                    "serviceDossier": ids["dossierId"],
                },
            )


def _positions(reader: Reader) -> dict[int, str]:
    with reader.town.app.pool.connection() as conn:
        rows = conn.execute("SELECT notification_id, topic FROM stored_events ORDER BY 1").fetchall()
    return dict(rows)


def test_the_world_holds_events_of_every_kind_of_stream(world):
    reader, _ = world
    held, registered = set(_positions(reader).values()), set(registered_events()) - {"test.counted"}
    assert {topic.split(".")[0] for topic in registered} == {topic.split(".")[0] for topic in held}
    assert len(held) > 75


@pytest.mark.parametrize("thing", sorted(THINGS))
def test_a_thing_and_all_that_is_its_structures_is_told_after_every_kind_of_event(world, thing: str):
    reader, ids = world
    positions = _positions(reader)
    # What is its structure's is folded alike for all three: one of them is asked after an event of each topic.
    last = {topic if thing == "structure" else topic.split(".")[0]: position for position, topic in positions.items()}
    for position in last.values():
        field = f'{thing}(id: "{ids[thing]}", at: {{ position: {position} }})'
        answer = reader.asks(f"{{ one: {field} {THINGS[thing]} }}", AUDITOR)
        assert not answer.result.errors, (position, positions[position], answer.result.errors)


@pytest.mark.parametrize("thing", sorted(THINGS))
def test_at_the_latest_position_the_past_is_what_stands_today(world, thing: str):
    reader, ids = world
    head = max(_positions(reader))
    then, now = (
        reader.asks(f'{{ one: {thing}(id: "{ids[thing]}"{at}) {THINGS[thing]} }}', AUDITOR).data["one"]
        for at in (f", at: {{ position: {head} }}", "")
    )
    assert then == now
