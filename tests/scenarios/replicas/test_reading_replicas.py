"""Reads that a streaming replica answers: never older than asked for, than one's own write, or than the bound."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import httpx
import psycopg
import pytest

from projections.replicas import replica, replicas
from projections.replicas.replicas import Replicas
from tests.support.network.standby import Pair, streaming_pair
from tests.support.people import AUDITOR, NATIONAL, People
from tests.support.running import found
from tests.support.server import Clock, Server, running_server

LATER = {
    "title": "Pendant la pause",
    "startsAt": "2027-04-15T18:00:00+02:00",
    "endsAt": "2027-04-15T20:00:00+02:00",
}
LISTING = "{ position animations { totalCount nodes { title } } }"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with (
        TemporaryDirectory(prefix="parentalite-pair-") as folder,
        streaming_pair(Path(folder) / "pair") as pair,
        psycopg.connect(pair.primary, autocommit=True) as conn,
    ):
        conn.execute("CREATE DATABASE programme")
        found(pair.on_primary("programme"))
        pair.catch_up()
        yield pair


@contextmanager
def reading(pair: Pair, *urls: str) -> Iterator[Server]:
    url = pair.on_primary("programme")
    with running_server(url, Clock(), replicas=Replicas(url, urls, bound=60, connections=8)) as server:
        yield server


def wait_for(server: Server, *states: str) -> None:
    deadline = time.monotonic() + 10
    while [each["state"] for each in server.http.get("/health").json()["replicas"]] != list(states):
        assert time.monotonic() < deadline, server.http.get("/health").text
        time.sleep(0.05)


def by_replica(server: Server) -> int:
    return server.services.replicas.answers["1"]


def wait_for_answers(server: Server, before: int) -> None:
    """Wait until the first replica has answered more than before."""
    deadline = time.monotonic() + 10
    while by_replica(server) <= before:
        assert time.monotonic() < deadline, server.http.get("/health").text
        time.sleep(0.01)


def titles(server: Server, who: str, cookie: str = "", min_position: int = 0) -> list[str]:
    """What a client reads that keeps no cookies by itself."""
    headers = {"authorization": f"Bearer {who}", "cookie": cookie, "min-position": str(min_position)}
    answer = httpx.post(f"{server.address}/graphql", json={"query": LISTING}, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return [node["title"] for node in answer.json()["data"]["animations"]["nodes"]]


def stands_on_page(server: Server, title: str, cookie: str = "") -> bool:
    """Whether the page of animations has this title for a browser with this cookie alone."""
    headers = {"accept": "text/html", "cookie": cookie}
    page = httpx.get(f"{server.address}/animations?startsFrom=2027-01-01", headers=headers, timeout=30)
    assert page.status_code == 200, page.text
    return title in page.text


def test_a_replica_answers_what_is_recent_enough_and_the_primary_everything_else(pair: Pair) -> None:
    with reading(pair, pair.on_standby("programme")) as server:
        wait_for(server, "ready")
        people = People(server)
        people.sign()
        first = people.declare(title="Au début")
        position = people.publish(first)["position"]
        before = by_replica(server)
        assert titles(server, AUDITOR, min_position=position) == ["Au début"]
        assert server.http.get("/animations.csv").status_code == 200
        assert server.http.get("/animations").status_code == 200
        assert by_replica(server) > before + 2
        pair.catch_up()
        with pair.paused_replay():
            second = people.declare(**LATER)
            position = people.publish(second)["position"]
            # Who published it sees it, here and by the cookie at other servers, and so does who names the position.
            assert len(titles(server, NATIONAL)) == 2
            assert len(titles(server, AUDITOR, cookie=f"parentalite-position={position}")) == 2
            assert len(titles(server, AUDITOR, min_position=position)) == 2
            assert server.http.cookies["parentalite-position"] == str(position)
            # Others may be answered so much later.
            assert titles(server, AUDITOR) == ["Au début"]
            assert stands_on_page(server, "Au début")
            assert not stands_on_page(server, "Pendant la pause")
            # What is kept for them is not shown to who published it.
            assert stands_on_page(server, "Pendant la pause", cookie=f"parentalite-position={position}")
            server.services.replicas.freshness.bound = 0.5
            wait_for(server, "behind")
            assert len(titles(server, AUDITOR)) == 2
            health = server.http.get("/health").json()
            assert "replica 1 is behind" in health["problems"]
            assert health["replicas"][0]["lag"] > 0
            assert 'parentalite_replica_ready{replica="1"} 0.0' in server.http.get("/metrics").text
        server.services.replicas.freshness.bound = 60
        wait_for(server, "ready")
        before = by_replica(server)
        assert len(titles(server, AUDITOR, min_position=position)) == 2
        assert by_replica(server) == before + 1


def test_no_read_fails_while_a_replica_hangs_is_promoted_or_dies(
    pair: Pair, founded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicas, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(replica, "PATIENCE_SECONDS", 0.5)
    done = Event()
    # The second is a server of another cluster.
    with reading(pair, pair.on_standby("programme"), founded_url) as server, ThreadPoolExecutor(4) as clients:
        wait_for(server, "ready", "foreign")
        before = by_replica(server)
        answers = [clients.submit(_read_until, server, done) for _ in range(4)]
        try:
            wait_for_answers(server, before)
            with pair.frozen_standby():
                wait_for(server, "away", "foreign")
            wait_for(server, "ready", "foreign")
            wait_for_answers(server, by_replica(server))
            pair.promote()
            wait_for(server, "promoted", "foreign")
            pair.kill_standby()
            wait_for(server, "away", "foreign")
        finally:
            done.set()
        assert all(answer.result() for answer in answers)
        assert server.http.get("/ready").status_code == 200


def _read_until(server: Server, done: Event) -> int:
    """Return how many reads there were. One that fails is raised."""
    count = 0
    while not done.is_set():
        titles(server, AUDITOR)
        count += 1
    return count
