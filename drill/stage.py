"""The stage that the events of the drill act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from drill.cluster import Cluster
from drill.processes import DrillFailed, Processes, until
from drill.servers import NAMES, Servers
from eventstore.locks import Lock, holders

_HOLDER = f"SELECT host(client_addr) FROM pg_stat_activity WHERE pid IN {holders(Lock.PROJECTOR)}"

#: Strikes, and returns once it is over.
Blow = Callable[[], None]


@dataclass(slots=True)
class Stage:
    """The cluster and the servers, and what an event that loses on purpose says of it."""

    cluster: Cluster
    servers: Servers
    processes: Processes
    #: Positions after the first and up to the second are meant to be lost by a restore.
    kept_until: int = 0
    lost_until: int = 0
    words: list[str] = field(default_factory=list)

    def leader(self) -> int:
        return until("a primary", self.cluster.leader, 60)

    def holder(self) -> str:
        """Return the server that projects now, and so holds the leases."""
        with psycopg.connect(self.cluster.url) as conn:
            row = conn.execute(_HOLDER).fetchone()
        if row is None:
            raise DrillFailed("nobody projects")
        return next((name for name in NAMES if self.servers.source(name) == row[0]), "a")

    def was_given_up(self, position: int) -> bool:
        """Return whether a restore was to lose the event at this position."""
        return self.kept_until < position <= self.lost_until


@dataclass(frozen=True, slots=True)
class Fault:
    """An event: what it is, what has to be so before and afterwards, and the blow, aimed at what it is to hit."""

    name: str
    title: str
    aim: Callable[[Stage], Blow]
    before: Callable[[Stage], None] = lambda stage: None
    after: Callable[[Stage], None] = lambda stage: None
