"""One process that plays one strand of a large season: told on standard input, answering on standard output.

Its caller is `demo.strands`; the answer is pickled lists of commands, an empty one at the end.
"""

from __future__ import annotations

import pickle
import signal
import sys
from itertools import islice
from typing import IO

import psycopg

from demo.ground import read_ground
from demo.strands import Work, prepared

_COMMANDS_A_CHUNK = 500


def work(told: IO[bytes], answer: IO[bytes]) -> None:
    given = pickle.load(told)
    assert isinstance(given, Work)
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        commands = prepared(given.strand, read_ground(conn))
        while chunk := list(islice(commands, _COMMANDS_A_CHUNK)):
            pickle.dump(chunk, answer, pickle.HIGHEST_PROTOCOL)
    pickle.dump([], answer)
    answer.flush()


if __name__ == "__main__":
    # Ctrl-C reaches every process of the terminal: the caller ends this one when it has heard of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        # The caller is gone, and nobody is left to tell.
        sys.stderr.close()
