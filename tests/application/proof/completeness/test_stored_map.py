"""The stored map: what a fold of the log gives, whatever the steps, and cheap to move on."""

from __future__ import annotations

import random
from uuid import UUID

import orjson
import pytest

from application.proof.completeness.map_entries import animation_key, dossier_key, stream_key
from application.proof.completeness.sparse_tree import EMPTY, root_of, verifies
from application.proof.completeness.stored_map import advance, load, map_as_of, map_root
from eventstore.bulk import append_rows
from eventstore.log import head
from eventstore.records import UnreadableEvent
from tests.support.world import EVENT_KEYS

STAMP = {
    "recorded_at": "2026-09-23T12:00:00Z",
    "actor": "system",
    "role": "system",
    "command_id": str(UUID(int=1)),
    "cause": "command:x",
}


def state(**data):
    return orjson.dumps({"schema_version": 1, "stamp": STAMP, "data": data})


class RandomHistory:
    """Streams that go on, animations that are gathered and let go, dossiers that are paid; what they come to."""

    def __init__(self, seed: int, streams: int) -> None:
        self._random, self._streams = random.Random(seed), streams
        self._versions: dict[UUID, int] = {}
        self.values: dict[str, str] = {}
        self._position = 0

    def rows(self, count):
        return [self._row() for _ in range(count)]

    def _row(self):
        stream = UUID(int=self._random.randrange(1, self._streams + 1))
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        self._position += 1
        self.values[stream_key(stream)] = str(version)
        match self._random.randrange(5):
            case 0:
                dossier = UUID(int=self._random.randrange(1, 9))
                self.values[animation_key(stream)] = str(dossier)
                return stream, version, "animation.gathered", state(dossier_id=str(dossier))
            case 1:
                self.values.pop(animation_key(stream), None)
                return stream, version, "animation.released", state(dossier_id=str(UUID(int=1)))
            case 2:
                self.values[dossier_key(stream)] = f"150.00 {self._position}"
                paid = {"paid_on": "2026-09-23", "reference": "VIR", "amount": "150.00"}
                return stream, version, "service_dossier.paid", state(**paid)
        return stream, version, "animation.published", b'{"nobody": "reads this"}'


@pytest.mark.parametrize("seed", range(3))
def test_the_root_is_that_of_a_fold_of_the_whole_log_whatever_the_steps(empty, seed):
    history = RandomHistory(seed, streams=300)
    steps = random.Random(seed)
    while head(empty) < 2_000:
        append_rows(empty, EVENT_KEYS, history.rows(steps.choice((1, 5, 40, 300))))
        root = advance(empty, head(empty))
        assert root == root_of(history.values.items())
        assert map_root(empty) == (head(empty), root)
    assert map_as_of(empty, head(empty)).root == root
    empty.execute("TRUNCATE proof.map, proof.map_tiles")
    kept = advance(empty, head(empty))
    assert kept == root
    for key in [*random.Random(seed).sample(sorted(history.values), 50), "stream:none", "dossier:none"]:
        tree, _ = load(empty, [key])
        assert tree.root == root
        assert verifies(root, key, history.values.get(key), tree.prove(key))


def test_all_that_was_gathered_can_be_let_go_again(empty):
    animations = [UUID(int=number) for number in range(1, 60)]
    append_rows(
        empty, EVENT_KEYS, [(a, 1, "animation.gathered", state(dossier_id=str(UUID(int=7)))) for a in animations]
    )
    advance(empty, head(empty))
    append_rows(
        empty, EVENT_KEYS, [(a, 2, "animation.released", state(dossier_id=str(UUID(int=7)))) for a in animations]
    )
    assert advance(empty, head(empty)) == root_of((stream_key(a), "2") for a in animations)
    tiles = empty.execute("SELECT prefix, entries FROM proof.map_tiles ORDER BY 1").fetchall()
    empty.execute("TRUNCATE proof.map, proof.map_tiles")
    advance(empty, head(empty))
    assert tiles == empty.execute("SELECT prefix, entries FROM proof.map_tiles ORDER BY 1").fetchall()


def test_a_map_that_is_far_enough_stays_as_it_is(empty):
    assert (advance(empty, 0), map_root(empty)) == (EMPTY, (0, EMPTY))
    append_rows(empty, EVENT_KEYS, RandomHistory(1, 5).rows(9))
    root = advance(empty, 9)
    assert (advance(empty, 4), map_root(empty)) == (root, (9, root))


def test_an_event_that_says_nothing_readable_keeps_the_map_where_it_is(empty):
    append_rows(empty, EVENT_KEYS, [(UUID(int=1), 1, "animation.gathered", b"{}")])
    with pytest.raises(UnreadableEvent):
        advance(empty, 1)
    assert map_root(empty) == (0, EMPTY)


def test_one_more_event_reads_and_writes_a_few_tiles(empty):
    history = RandomHistory(1, streams=20_000)
    append_rows(empty, EVENT_KEYS, history.rows(20_000))
    advance(empty, head(empty))
    append_rows(empty, EVENT_KEYS, history.rows(1))
    _, loaded = load(empty, list(history.values)[-1:])
    assert len(loaded) < 8
    assert advance(empty, head(empty)) == root_of(history.values.items())
