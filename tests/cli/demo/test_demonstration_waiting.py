"""One process at a time loads the demonstration's season. Apart: under faketime no wait of a thread ends by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event

import pytest

from cli.console import Refused
from cli.demo import season as demonstration_season
from cli.demo.season import load_once
from eventstore.locks import Lock, acquire
from tests.support.conditions import started

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


def test_a_second_process_waits_for_the_first_and_finds_the_season_there(opened, capsys):
    loading, done = Event(), Event()
    with opened.connection() as conn:
        acquire(conn, Lock.DEMONSTRATION)

        def load() -> None:
            loading.set()
            load_once(opened, 30, NOW)
            done.set()

        second = started(load)
        assert loading.wait(10)
        assert not done.wait(1.5)
        assert "waiting for it" in capsys.readouterr().err
    second.result(60)


def test_who_waits_for_too_long_is_told_so(opened, monkeypatch):
    monkeypatch.setattr(demonstration_season, "_MAX_WAIT_SECONDS", 1)
    with opened.connection() as conn:
        acquire(conn, Lock.DEMONSTRATION)
        with pytest.raises(Refused, match="another process"):
            load_once(opened, 30, NOW)
