"""The primary dies under load and its standby is promoted: nothing is lost or doubled, and writes are back soon."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from uuid import UUID, uuid4

import psycopg

from eventstore.sessions.address import bounded
from tests.scenarios.following.test_outages import DECLARE
from tests.support.conditions import beside, until
from tests.support.network.standby import Pair, streaming_pair
from tests.support.people import ANIMATION, STRUCTURE, People
from tests.support.running import found
from tests.support.server import Clock, Server, running_server

GOAL_SECONDS = 15.0
_CREATED = """
SELECT originator_id, count(*) FROM stored_events WHERE topic = 'animation.created' GROUP BY originator_id"""


@dataclass
class Load:
    """Clients that repeat each command under its key until it is acknowledged, and a reader beside them."""

    server: Server
    acknowledged: dict[UUID, tuple[UUID, float]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    position: int = 0
    stop: Event = field(default_factory=Event)
    #: By then every command is acknowledged.
    ends: float = field(default_factory=lambda: time.monotonic() + 120)

    def write(self) -> None:
        while not self.stop.is_set():
            key = uuid4()
            values = {"query": DECLARE, "variables": {"input": ANIMATION | {"idempotencyKey": str(key)}}}
            while (answer := self.server.post(values, STRUCTURE).json()).get("errors"):
                self.codes |= {error["extensions"]["code"] for error in answer["errors"]}
                assert time.monotonic() < self.ends, self.codes
                time.sleep(0.05)
            payload = answer["data"]["animationCreate"]
            assert payload["errors"] == []
            self.acknowledged[key] = UUID(payload["animation"]["id"]), time.monotonic()
            self.position = max(self.position, payload["position"] or 0)

    def read(self) -> None:
        while not self.stop.is_set():
            least = self.position
            answer = self.server.post({"query": "{ position }"}, min_position=str(least)).json()
            if "errors" in answer:
                self.codes |= {error["extensions"]["code"] for error in answer["errors"]}
            else:
                assert answer["data"]["position"] >= least
            time.sleep(0.02)

    def after(self, moment: float) -> list[float]:
        return sorted(at for _, at in list(self.acknowledged.values()) if at > moment)


def create_world(pair: Pair) -> str:
    with psycopg.connect(pair.primary, autocommit=True) as conn:
        conn.execute("CREATE DATABASE world")
    found(pair.on_primary("world"))
    pair.make_synchronous()
    return bounded(pair.both("world"))


def test_when_the_primary_dies_under_load_nothing_is_lost_or_doubled_and_writes_are_back_soon(
    short_tmp_path: Path, clock: Clock
) -> None:
    with streaming_pair(short_tmp_path) as pair, running_server(create_world(pair), clock) as server:
        People(server).sign()
        load = Load(server)
        with beside(load.stop, load.write, load.write, load.write, load.read):
            until(lambda: len(load.after(0.0)) >= 20, seconds=40)
            pair.kill_primary()
            killed_at = time.monotonic()
            pair.promote()
            promoted_at = time.monotonic()
            until(lambda: len(load.after(promoted_at)) >= 20, seconds=40)
        assert load.after(promoted_at)[0] - killed_at < GOAL_SECONDS
        assert load.codes <= {"UNAVAILABLE", "POSITION_NOT_REACHED"}
        with psycopg.connect(pair.on_standby("world")) as conn:
            created: dict[UUID, int] = dict(conn.execute(_CREATED).fetchall())
        assert created == {animation: 1 for animation, _ in load.acknowledged.values()}
        assert server.http.get("/ready").status_code == 200
