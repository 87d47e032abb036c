"""`make drill`, or `python -m drill`: build the cluster, let each event happen under load, print what it cost."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg

from domain.kernel.actors import Role
from drill.clients import Clients
from drill.cluster import ACCOUNT, Cluster, Ports, folder_for
from drill.declaring import SIRET, TERRITORY, declaration
from drill.faults import FAULTS
from drill.findings import Finding, goals, judge, recorded, table
from drill.network import network
from drill.processes import DrillFailed, Processes, until
from drill.restoring import head
from drill.servers import CHECKPOINT_SECONDS, NAMES, Servers
from drill.stage import Fault, Stage

WARM_SECONDS = 5.0
#: Longest wait for commands to succeed again, and for those under way to end.
LONGEST_SECONDS = 100.0
#: A checkpoint is late when it is so much older than its interval.
GRACE_SECONDS = 5.0

_AGE = "SELECT extract(epoch FROM clock_timestamp() - max(made_at)) FROM proof.checkpoints"


@dataclass
class Ages:
    """The age of the last checkpoint, looked up each second by whoever is the primary."""

    url: str
    samples: list[tuple[float, float]] = field(default_factory=list)

    @contextmanager
    def watched(self) -> Iterator[Ages]:
        stop = Event()
        thread = Thread(target=self._watch, args=(stop,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join(15)

    def _watch(self, stop: Event) -> None:
        while not stop.wait(1):
            with suppress(psycopg.Error), psycopg.connect(self.url, options="-c statement_timeout=2000") as conn:
                row = conn.execute(_AGE).fetchone()
                if row and row[0] is not None:
                    self.samples.append((time.monotonic(), float(row[0])))

    def oldest(self, since: float) -> float:
        return max((age for at, age in self.samples if at > since), default=float("inf"))


@dataclass(frozen=True, slots=True)
class Drill:
    """A cluster under way, and who asks it for what."""

    stage: Stage
    rate: float
    seconds: float
    token: str
    command: Mapping[str, Any]

    def happen(self, fault: Fault) -> Finding:
        """Let the event happen under load. Raises DrillFailed where the cluster does not come back."""
        stage, ages = self.stage, Ages(self.stage.cluster.url)
        fault.before(stage)
        start = head(stage)
        clients = Clients(stage.servers.ports.site, self.token, self.command, self.rate)
        with ages.watched():
            clients.start()
            try:
                time.sleep(WARM_SECONDS)
                blow = fault.aim(stage)
                since = time.monotonic()
                blow()
                struck = time.monotonic()
                until(
                    f"commands after {fault.name}",
                    lambda: any(each.at > struck for each in clients.record.acknowledged[-50:]),
                    LONGEST_SECONDS,
                )
                time.sleep(self.seconds)
            finally:
                clients.stop(LONGEST_SECONDS)
            ended = time.monotonic()
        fault.after(stage)
        stage.cluster.make_whole()
        for name in NAMES:
            stage.servers.until_ready(name)
        record = clients.record.without(stage.was_given_up)
        finding = judge(fault.title, record, since, recorded(stage.cluster.url, start), 0.0)
        finding.checkpoint_age = ages.oldest(min(since + finding.back + GRACE_SECONDS, ended - GRACE_SECONDS))
        return finding


def prepare(stage: Stage, rate: float, seconds: float) -> Drill:
    """Sign a convention, so that there is somebody who may declare animations."""
    servers = stage.servers
    command = declaration(servers.site, servers.token(Role.COORDONNATEUR, territories=[TERRITORY]))
    return Drill(stage, rate, seconds, servers.token(Role.STRUCTURE, sirets=[SIRET]), command)


def check_everything(stage: Stage, kept: Path) -> list[tuple[str, bool]]:
    """Compare the log with its checkpoints and a kept copy, and the read models with a rebuild."""
    judged = []
    for what, options in (
        ("audit check, with a checkpoint kept since the beginning", ["--checkpoint", str(kept)]),
        ("read models equal to a rebuild, every event judged", ["--rules", "--read-models"]),
    ):
        try:
            stage.servers.parentalite("audit", "check", *options, seconds=180)
            judged.append((what, True))
        except DrillFailed as failure:
            print(failure, file=sys.stderr)
            judged.append((what, False))
    return judged


def main() -> None:
    names = [fault.name for fault in FAULTS]
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__, epilog=f"Events: {', '.join(names)}.")
    parser.add_argument("--only", action="append", choices=names, metavar="EVENT", help="this event alone; repeatable")
    parser.add_argument("--rate", type=float, default=100, help="commands a second (default 100)")
    parser.add_argument("--seconds", type=float, default=15, help="seconds of load after each event (default 15)")
    parser.add_argument(
        "--hosts",
        action="store_true",
        help="the servers' DATABASE_URL names all nodes, instead of a HAProxy beside each",
    )
    parser.add_argument("--replicas", action="store_true", help="questions are read at all nodes (DATABASE_READ_URL)")
    parser.add_argument("--port", type=int, default=9300, help="first of thirty ports (default 9300)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep data and logs in this new folder")
    arguments = parser.parse_args()
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    chosen = [fault for fault in FAULTS if not arguments.only or fault.name in arguments.only]
    try:
        sys.exit(_run(chosen, arguments))
    except DrillFailed as failure:
        sys.exit(f"drill: {failure}")


def _run(chosen: list[Fault], arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for(ACCOUNT, arguments.keep))
        net = stack.enter_context(network())
        processes = stack.enter_context(Processes(folder))
        address = f"127.0.0.1,{net.ours}" if net else "127.0.0.1"
        cluster = Cluster(folder, Ports(arguments.port), processes, address)
        servers = Servers(cluster, processes, net, arguments.hosts, arguments.replicas)
        stage = Stage(cluster, servers, processes)
        _tell(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; data and logs in {folder}")
        cluster.start()
        _tell(f"three nodes after {time.monotonic() - began:.0f} s")
        servers.start()
        drill = prepare(stage, arguments.rate, arguments.seconds)
        kept = folder / "kept.txt"
        kept.write_text(servers.parentalite("audit", "checkpoint"))
        _tell(f"two servers after {time.monotonic() - began:.0f} s")
        judged = _all_of(chosen, drill, kept)
        _tell(f"{time.monotonic() - began:.0f} s, load average {os.getloadavg()[0]:.1f}")
    return 0 if all(met for _, met in judged) else 1


def _all_of(chosen: list[Fault], drill: Drill, kept: Path) -> list[tuple[str, bool]]:
    """Let the events happen one after the other, print the table and the goals, and return these."""
    findings: list[Finding] = []
    failures: list[tuple[str, bool]] = []
    try:
        for fault in chosen:
            _tell(f"{fault.name} …")
            findings.append(finding := drill.happen(fault))
            _tell(f"{fault.name}: back {finding.back:.1f} s, lost {finding.lost}, doubled {finding.doubled}")
        failures = check_everything(drill.stage, kept)
    except DrillFailed as failure:
        failures = [(f"{fault.name}: {failure}", False)]
    finally:
        # Also of a drill that is broken off.
        print(f"\n{table(findings)}\n")
        judged = goals(findings, FAULTS[0].title, CHECKPOINT_SECONDS + GRACE_SECONDS) + failures
        for name, met in judged:
            print(f"- {'met' if met else 'MISSED'}: {name}", flush=True)
    return judged


def _tell(line: str) -> None:
    print(f"drill: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
