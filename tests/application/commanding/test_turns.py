"""Turns: who waits while the database is unavailable is told with the one who found it so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import UUID

import pytest

from application.commanding.per_stream_lock import Turns
from eventstore.unavailable import Unavailable

THING = UUID(int=1)


def test_those_who_waited_for_a_turn_are_told_at_once_and_the_next_has_it() -> None:
    turns, began, fails, ran = Turns(), Event(), Event(), []

    def first() -> None:
        with turns.take(THING):
            began.set()
            assert fails.wait(20)
            raise Unavailable("the log cannot be written now")

    def another() -> None:
        with turns.take(THING):
            ran.append("in vain")

    with ThreadPoolExecutor(4) as threads:
        leading = threads.submit(first)
        assert began.wait(20)
        waiting = [threads.submit(another) for _ in range(3)]
        while turns._turns[THING].taking < 4:
            pass
        fails.set()
        for each in (leading, *waiting):
            with pytest.raises(Unavailable):
                each.result(timeout=20)
    assert ran == []
    with turns.take(THING):
        ran.append("done")
    assert ran == ["done"]
