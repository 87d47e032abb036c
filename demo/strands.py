"""Combine a season's strands in the order of time. A large season generates them in separate processes.

That changes nothing but the time it takes.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import IO, NamedTuple

from demo.generator import Strand, play
from demo.stage import Ground
from eventstore.bulk import Row
from eventstore.records import Recorded, encode

#: The size from which further processes save time.
_LARGE = 20_000
_PARTS = 3

_WORKER = "demo.worker"


class Command(NamedTuple):
    """The events of one command, ready for the log, except that personal fields are not sealed yet."""

    at: datetime
    events: list[Row | Recorded]


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker needs: a strand, and the database that it reads from."""

    strand: Strand
    database_url: str


def strands(animations: int, seed: int, now: datetime) -> list[Strand]:
    """Return the strands. Their number depends on the season's size only: other strands would make another season."""
    parts = _PARTS if animations >= _LARGE else 1
    return [Strand(animations, seed, now, number, parts) for number in range(parts)]


def commands_of(strand: Strand, ground: Ground) -> Iterator[Command]:
    """Yield the strand's commands."""
    for records in play(strand, ground):
        yield Command(
            records[0].stamp.recorded_at,
            [record if record.event.personal_fields else row(record) for record in records],
        )


def row(record: Recorded) -> Row:
    event = record.event
    return record.originator_id, record.originator_version, event.topic, encode(event, record.stamp)


def in_order(playing: Iterable[Iterable[Command]]) -> Iterator[Command]:
    """Merge the commands of several strands in the order of time."""
    return merge(*playing, key=lambda command: command.at)


@contextmanager
def play_strands(strands: list[Strand], ground: Ground, database_url: str) -> Iterator[Iterator[Command]]:
    """Yield the whole season's commands. `ground` is for a single strand; workers read their own."""
    if len(strands) == 1:
        yield commands_of(strands[0], ground)
        return
    with ExitStack() as stack:
        yield in_order([stack.enter_context(_worker(Work(strand, database_url))) for strand in strands])


@contextmanager
def _worker(work: Work) -> Iterator[Iterator[Command]]:
    """Run a process that plays one strand, and kill it at the end of the context."""
    # `multiprocessing` would import the caller's main module in every worker.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    arguments = [sys.executable, "-m", _WORKER]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump(work, process.stdin)
            process.stdin.close()
            yield _commands(process.stdout)
        finally:
            process.kill()


def _commands(stream: IO[bytes]) -> Iterator[Command]:
    try:
        while chunk := pickle.load(stream):
            yield from chunk
    except (EOFError, pickle.UnpicklingError) as error:
        raise RuntimeError("a process that makes the season ended too early: what it printed says why") from error
