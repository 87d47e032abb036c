"""One log for the country beside one a territory: appending on one server, sizes of proofs, detached partitions.

A simulation of docs/decisions, "One log a territory": 101 logs, each with a tree of its own, whose checkpoints are the
leaves of a national log. Its appends are real transactions, its proofs are made and verified by the code in use.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from statistics import mean, median
from typing import Any

from psycopg_pool import ConnectionPool

from application.proof.merkle import inclusion_proof, leaf_hash, node_hash, root, verifies_inclusion
from application.proof.notes import SigningKey
from bench.append import rate
from bench.support.stage import MASTER_KEY, Goal, about_the_machine, database, judge, server, show

TERRITORIES = 101
#: About the size of one of our events, and of a checkpoint's note with one signature.
STATE, NOTE_BYTES = b"x" * 600, 250
CONNECTIONS = 32
#: Checkpoints of each territory in a day: one in ten minutes.
DAILY = 144
#: A partition is what one hash of height 16 stands for: 256 tiles of 256 leaves.
PARTITION_HEIGHT = 16
PARTITION = 1 << PARTITION_HEIGHT
TRIED = 200
PROOF_TIMES = 2.5


def weights() -> list[float]:
    """Return how much happens in each territory: the largest has some twenty times as much as the smallest."""
    return [1 / (rank + 5) for rank in range(TERRITORIES)]


@dataclass(slots=True)
class Command:
    """A client that waits: until its command is durable, or until it `leads`, and commits for those behind it."""

    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False


@dataclass(slots=True)
class Log:
    """A table that is appended to under its lock; commands that wait meanwhile share the next transaction."""

    name: str
    pool: ConnectionPool[Any]
    waiting: list[Command] = field(default_factory=list)
    mutex: threading.Lock = field(default_factory=threading.Lock)
    busy: bool = False
    commits: int = 0

    def append(self) -> None:
        own = Command()
        with self.mutex:
            self.waiting.append(own)
            own.leads, self.busy = not self.busy, True
        if not own.leads:
            own.woken.wait()
        if not own.leads:
            return
        with self.mutex:
            batch, self.waiting = self.waiting, []
        self._commit(len(batch))
        with self.mutex:
            self.busy = bool(self.waiting)
            if self.busy:
                self.waiting[0].leads = True
                self.waiting[0].woken.set()
        for each in batch:
            each.woken.set()

    def _commit(self, number: int) -> None:
        with self.pool.connection() as conn, conn.transaction():
            conn.execute(f"LOCK TABLE {self.name} IN EXCLUSIVE MODE".encode())
            conn.execute(f"INSERT INTO {self.name} (state) SELECT unnest(%s::bytea[])".encode(), ([STATE] * number,))
        self.commits += 1


def appending(url: str, number: int, clients: int, items: int) -> tuple[float, float]:
    """Return commands a second over so many logs, and commands in a transaction."""
    with ConnectionPool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, timeout=120) as pool:
        logs = [Log(f"log_{number}_{index}", pool) for index in range(number)]
        with pool.connection() as conn:
            for log in logs:
                conn.execute(f"DROP TABLE IF EXISTS {log.name}".encode())
                conn.execute(f"CREATE TABLE {log.name} (position bigserial PRIMARY KEY, state bytea)".encode())
        places = Random(1).choices(range(number), weights()[:number], k=items)
        pace = rate(clients, lambda item: logs[places[item]].append(), items)
    return pace, items / sum(log.commits for log in logs)


@dataclass(slots=True)
class Tree:
    """A tree in memory: `levels[height]` holds the roots of its complete subtrees."""

    levels: list[list[bytes]]

    @classmethod
    def of(cls, leaves: list[bytes]) -> Tree:
        levels = [leaves]
        while len(level := levels[-1]) > 1:
            levels.append([node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)])
        return cls(levels)

    @property
    def size(self) -> int:
        return len(self.levels[0])

    def root(self) -> bytes:
        return root(0, self.size, self.subtree)

    def subtree(self, start: int, end: int) -> bytes:
        height = (end - start).bit_length() - 1
        return self.levels[height][start >> height]

    def proof(self, index: int) -> list[bytes]:
        return inclusion_proof(index, self.size, self.subtree)


def _leaf(territory: int, number: int) -> bytes:
    return sha256(b"%d/%d" % (territory, number)).digest()


def country(events: int) -> tuple[Tree, list[Tree]]:
    """Return one tree over all events in the order of their arrival, and one for each territory over its own."""
    places = Random(2).choices(range(TERRITORIES), weights(), k=events)
    own: list[list[bytes]] = [[] for _ in range(TERRITORIES)]
    every = []
    for place in places:
        leaf = _leaf(place, len(own[place]))
        own[place].append(leaf)
        every.append(leaf)
    return Tree.of(every), [Tree.of(leaves or [_leaf(place, 0)]) for place, leaves in enumerate(own)]


def national(trees: Sequence[Tree], earlier: int) -> Tree:
    """Return the national tree: leaves of earlier checkpoints, then each territory's of now."""
    leaves = [sha256(b"%d" % number).digest() for number in range(earlier)]
    return Tree.of(leaves + [_checkpoint_leaf(territory, tree) for territory, tree in enumerate(trees)])


def _checkpoint_leaf(territory: int, tree: Tree) -> bytes:
    return leaf_hash(b"%d\n%d\n%b" % (territory, tree.size, tree.root()))


def proofs(whole_log: Tree, trees: Sequence[Tree], top: Tree, random: Random) -> Iterator[tuple[int, int, bool]]:
    """Yield for events at random: bytes of the proof in one log, by the national log, and whether both verify."""
    first = top.size - len(trees)
    for _ in range(TRIED):
        territory = random.choices(range(TERRITORIES), weights())[0]
        tree, index = trees[territory], random.randrange(trees[territory].size)
        lower, upper = tree.proof(index), top.proof(first + territory)
        whole_index = random.randrange(whole_log.size)
        whole = whole_log.proof(whole_index)
        yield (
            32 * len(whole) + NOTE_BYTES,
            32 * (len(lower) + len(upper)) + 2 * NOTE_BYTES,
            verifies_inclusion(tree.levels[0][index], index, tree.size, lower, tree.root())
            and verifies_inclusion(_checkpoint_leaf(territory, tree), first + territory, top.size, upper, top.root())
            and verifies_inclusion(
                whole_log.levels[0][whole_index], whole_index, whole_log.size, whole, whole_log.root()
            ),
        )


def detached(tree: Tree, random: Random) -> tuple[int, int, int]:
    """Detach every full partition. Return how many events were proved of those tried, bytes kept and bytes detached.

    What stays are the hashes above partitions; a partition takes its events and its own tiles with it.
    """
    full = tree.size // PARTITION
    kept = Tree([[] for _ in range(PARTITION_HEIGHT)] + tree.levels[PARTITION_HEIGHT:])
    parts = [[level[n * w : (n + 1) * w] for level, w in _widths(tree)] for n in range(full)]
    proved = 0
    for _ in range(TRIED if full else 0):
        index = random.randrange(full * PARTITION)
        part = parts[index // PARTITION]

        def subtree(start: int, end: int, part: list[list[bytes]] = part, index: int = index) -> bytes:
            height = (end - start).bit_length() - 1
            if height < PARTITION_HEIGHT and start // PARTITION == index // PARTITION:
                return part[height][(start % PARTITION) >> height]
            return kept.subtree(start, end) if height >= PARTITION_HEIGHT else tree.subtree(start, end)

        proof = inclusion_proof(index, tree.size, subtree)
        proved += verifies_inclusion(part[0][index % PARTITION], index, tree.size, proof, tree.root())
    # Tiles hold the leaves' hashes and positions; hashes of every eighth height.
    return proved, 32 * full, full * PARTITION * (32 + 8) + full * 256 * 32


def _widths(tree: Tree) -> Iterator[tuple[list[bytes], int]]:
    return ((level, PARTITION >> height) for height, level in enumerate(tree.levels[:PARTITION_HEIGHT]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=400_000, help="events of the country (default 400,000)")
    parser.add_argument("--commands", type=int, default=4_000, help="commands of a round (default 4,000)")
    parser.add_argument("--rounds", type=int, default=3, help="number of rounds, for medians (default 3)")
    arguments = parser.parse_args()
    rows, ratios = [], {}
    with server() as server_url, database(server_url, "territories") as url:
        print(about_the_machine(server_url))
        for clients in (32, 128):
            rounds = [
                [appending(url, number, clients, arguments.commands) for number in (1, TERRITORIES)]
                for _ in range(arguments.rounds)
            ]
            paces = [median(pair[place][0] for pair in rounds) for place in (0, 1)]
            shared = [median(pair[place][1] for pair in rounds) for place in (0, 1)]
            ratios[clients] = median(pair[1][0] / pair[0][0] for pair in rounds)
            figures = [f"{pace:,.0f} ({each:.1f})" for pace, each in zip(paces, shared, strict=True)]
            rows.append((f"{clients} clients", *figures, f"{ratios[clients]:.2f}"))
    show("Commands a second on one server (in a transaction)", ("", "one log", "101 logs", "ratio"), rows)
    random = Random(3)
    whole_log, trees = country(arguments.events)
    top = national(trees, TERRITORIES * DAILY)
    sizes = list(proofs(whole_log, trees, top, random))
    single, double = mean(size[0] for size in sizes), mean(size[1] for size in sizes)
    proved, kept, apart = detached(whole_log, random)
    key = SigningKey.from_seed(MASTER_KEY)
    started = time.perf_counter()
    for territory, tree in enumerate(trees):
        key.private.sign(_checkpoint_leaf(territory, tree))
    national(trees, 0)
    round_ms = (time.perf_counter() - started) * 1000
    show(
        f"Proofs over {whole_log.size:,} events, {top.size:,} checkpoints in the national log",
        ("", "one log", "101 logs and the national one"),
        [
            ("proof of one event, bytes", f"{single:,.0f}", f"{double:,.0f}"),
            ("the same after ten years of national checkpoints", "", f"{double + 32 * _longer(top.size):,.0f}"),
            ("leaves of the national log in a day", "", f"{TERRITORIES * DAILY:,}"),
            ("a round of checkpoints, ms", "", f"{round_ms:.0f}"),
            ("hashes kept of detached partitions, bytes", f"{kept:,}", ""),
            ("tiles that left with them, bytes", f"{apart:,}", ""),
        ],
    )
    tried = TRIED * (2 if whole_log.size >= PARTITION else 1)
    judge(
        [
            Goal("share of proofs that verify", (sum(size[2] for size in sizes) + proved) / tried, 1),
            Goal("proof by the national log / proof in one log", double / single, PROOF_TIMES, at_least=False),
            Goal("101 logs / one log, 32 clients of one server", ratios[32], 1, binds=False),
            Goal("101 logs / one log, 128 clients of one server", ratios[128], 1, binds=False),
        ]
    )


def _longer(size: int) -> int:
    """Return how many more hashes a proof needs in a national log of ten years."""
    return (TERRITORIES * DAILY * 3_652).bit_length() - size.bit_length()


if __name__ == "__main__":
    main()
