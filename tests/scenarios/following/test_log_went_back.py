"""A log that lost what it had acknowledged, by a restore or a fail-over: each process names it, until told to go on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from application.application import open_application
from application.proof.restorations import SPARE_POSITIONS, go_on
from eventstore.log import head
from eventstore.sessions.log_memory import LogMemory, LogWentBack
from tests.scenarios.following.test_outages import declare, is_unavailable
from tests.scenarios.following.test_subscriptions import PUBLICATIONS, opened, subscribe
from tests.support.network.outages import terminate_all
from tests.support.people import People
from tests.support.server import MASTER_KEY, Server
from tests.support.world import EVENT_KEYS


def until(holds: Callable[[], bool], server: Server) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, server.http.get("/health").text
        time.sleep(0.02)


def lose_last_event(url: str) -> int:
    """Bring the database back to before its last event, as a restore does. Return where it ends."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("ALTER TABLE stored_events DISABLE TRIGGER ALL")
        conn.execute("DELETE FROM stored_events WHERE notification_id = %s", (head(conn),))
        conn.execute("ALTER TABLE stored_events ENABLE TRIGGER ALL")
        conn.execute("UPDATE read_models.generations SET position = %s", (head(conn),))
        return head(conn)


def test_a_log_that_went_back_stops_commands_and_followers_until_somebody_lets_it_go_on(
    people: People, founded_url: str, tmp_path: Path
) -> None:
    server, seen = people.server, tmp_path / "log-seen.json"
    people.sign()
    people.declare()
    with psycopg.connect(founded_url, autocommit=True) as conn, opened(server) as socket:
        subscribe(socket, PUBLICATIONS, where={"territory": ["34"]})
        server.application.memory.keep_in(seen, conn)
        lost = head(conn)
        kept = lose_last_event(founded_url)
        terminate_all(founded_url, "parentalite-%")
        until(lambda: server.http.get("/ready").status_code == 503, server)
        (problem, *_) = server.http.get("/health").json()["problems"]
        assert problem.startswith(f"the log went back: event {lost}, which was seen here, is gone or another")
        assert "parentalite went-back" in problem
        message = json.loads(socket.recv(timeout=20))
        assert "UNAVAILABLE" in json.dumps(message), message
        is_unavailable(declare(server))
        assert head(conn) == kept
        with pytest.raises(LogWentBack, match=f"event {lost}"):
            LogMemory().keep_in(seen, conn)
        with open_application(founded_url, MASTER_KEY, EVENT_KEYS) as other:
            go_on(conn, other.execute, lost, "Serveur perdu", datetime.now(UTC))
        until(lambda: server.http.get("/ready").status_code == 200, server)
        people.declare()
        assert head(conn) == lost + SPARE_POSITIONS + 2
        LogMemory().keep_in(seen, conn)
    assert json.loads(seen.read_bytes())["position"] > lost
