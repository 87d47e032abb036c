"""A process that plays one strand of a large season: a `Work` on standard input, commands on standard output.

Its caller is `demo.strands`. The output is pickled lists of commands, ending with an empty one.
"""

from __future__ import annotations

import pickle
import signal
import sys
from itertools import islice
from typing import IO

import psycopg

from demo.ground import read_ground
from demo.strands import Work, commands_of

_COMMANDS_PER_CHUNK = 500


def work(source: IO[bytes], target: IO[bytes]) -> None:
    job = pickle.load(source)
    assert isinstance(job, Work)
    with psycopg.connect(job.database_url, autocommit=True) as conn:
        commands = commands_of(job.strand, read_ground(conn))
        while chunk := list(islice(commands, _COMMANDS_PER_CHUNK)):
            pickle.dump(chunk, target, pickle.HIGHEST_PROTOCOL)
    pickle.dump([], target)
    target.flush()


if __name__ == "__main__":
    # Ctrl-C reaches every process of the terminal; let the caller end this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        # The caller is gone: do not complain about the broken pipe.
        sys.stderr.close()
