"""The events of the drill: what is done to the cluster or the servers while clients are at work."""

from __future__ import annotations

import signal
import time
from functools import partial

import psycopg

from drill.cluster import NODES
from drill.processes import DrillFailed, until
from drill.restoring import make_backup, restore
from drill.servers import NAMES
from drill.stage import Blow, Fault, Stage

PAUSED_SECONDS, CUT_SECONDS, FROZEN_SECONDS, AWAY_SECONDS, POOLER_SECONDS = 40.0, 25.0, 25.0, 20.0, 3.0

#: A session that records commands.
_BACKEND = """
SELECT pid FROM pg_stat_activity WHERE application_name = 'parentalite-recorder' ORDER BY query_start DESC LIMIT 1"""


def _kill_primary(stage: Stage) -> Blow:
    node = stage.leader()

    def blow() -> None:
        # Patroni first: it would start PostgreSQL again in place.
        stage.processes[f"patroni{node}"].kill()
        stage.cluster.signal(node, signal.SIGKILL)

    return blow


def _pause_primary(stage: Stage) -> Blow:
    node = stage.leader()
    return _for_a_while(
        PAUSED_SECONDS,
        lambda: stage.cluster.signal(node, signal.SIGSTOP),
        lambda: stage.cluster.signal(node, signal.SIGCONT),
    )


def _let_b_hold(stage: Stage) -> None:
    """Make server b the holder of all leases: the other one starts again, and finds them taken."""
    if stage.holder() != "b":
        stage.servers.restart("a")
    until("server b to project", lambda: stage.holder() == "b", 30)


def _cut_server(stage: Stage) -> Blow:
    return _for_a_while(CUT_SECONDS, lambda: stage.servers.cut("b"), lambda: stage.servers.join("b"))


def _freeze_holder(stage: Stage) -> Blow:
    name = stage.holder()
    return _for_a_while(
        FROZEN_SECONDS,
        lambda: stage.servers.send(name, signal.SIGSTOP),
        lambda: stage.servers.send(name, signal.SIGCONT),
    )


def _take_etcd_away(stage: Stage) -> Blow:
    def each(what: signal.Signals) -> None:
        for node in NODES:
            stage.processes[f"etcd{node}"].send_signal(what)

    return _for_a_while(AWAY_SECONDS, lambda: each(signal.SIGSTOP), lambda: each(signal.SIGCONT))


def _for_a_while(seconds: float, begin: Blow, end: Blow) -> Blow:
    def blow() -> None:
        begin()
        time.sleep(seconds)
        end()

    return blow


def _switch_over(stage: Stage) -> Blow:
    return stage.cluster.switch_over


def _restart_proxies(stage: Stage) -> Blow:
    def blow() -> None:
        for name in NAMES:
            stage.processes.stop(f"haproxy-{name}", 5)
            stage.servers.start_proxy(name)

    return blow


def _kill_backend(stage: Stage) -> Blow:
    with psycopg.connect(stage.cluster.url) as conn:
        row = conn.execute(_BACKEND).fetchone()
    if row is None:
        raise DrillFailed("no session records")
    # PostgreSQL ends all sessions then, since this one may have spoilt the memory that they share.
    return partial(stage.cluster.kill_session, int(row[0]))


def _through_pooler(stage: Stage) -> None:
    stage.servers.start_pooler()
    stage.servers.pooled = True
    for name in NAMES:
        stage.servers.restart(name)


def _restart_pooler(stage: Stage) -> Blow:
    return _for_a_while(POOLER_SECONDS, lambda: stage.processes.kill("pgbouncer"), stage.servers.start_pooler)


def _without_pooler(stage: Stage) -> None:
    stage.servers.pooled = False
    for name in NAMES:
        stage.servers.restart(name)
    stage.processes.stop("pgbouncer")


def _update_servers(stage: Stage) -> Blow:
    return stage.servers.update


FAULTS = (
    Fault("primary-killed", "kill -9 of the primary's Patroni and PostgreSQL", _kill_primary),
    Fault("primary-paused", f"primary paused for {PAUSED_SECONDS:.0f} s", _pause_primary),
    Fault(
        "server-cut", f"server that holds the leases without network for {CUT_SECONDS:.0f} s", _cut_server, _let_b_hold
    ),
    Fault("holder-frozen", f"server that holds the leases frozen for {FROZEN_SECONDS:.0f} s", _freeze_holder),
    Fault("etcd-away", f"etcd away for {AWAY_SECONDS:.0f} s", _take_etcd_away),
    Fault("switchover", "patronictl switchover", _switch_over),
    Fault("proxies-restarted", "HAProxy restarted", _restart_proxies),
    Fault("backend-killed", "kill -9 of one PostgreSQL session", _kill_backend),
    Fault(
        "pooler-restarted",
        f"PgBouncer (session) killed, back after {POOLER_SECONDS:.0f} s",
        _restart_pooler,
        _through_pooler,
        _without_pooler,
    ),
    Fault("servers-updated", "servers updated in turn, with a read model of other code", _update_servers),
    Fault("restored", "backup restored to a position (what came after it is meant to be lost)", restore, make_backup),
)
