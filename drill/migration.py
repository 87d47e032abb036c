"""`make drill-migration`: update a large log of an older commit with the site open, and print what clients saw.

The site is as docs/operations.md has it: the new server waits beside the old one, the new code rebuilds the read
models, the balancer moves over.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from application.hosting.database import with_database
from application.hosting.embedded_server import embedded_server
from application.sign_in.local import issue_token
from domain.kernel.actors import Role
from drill.clients import Clients
from drill.declaring import SIRET, TERRITORY, declaration
from drill.findings import Finding, judge, recorded, table
from drill.newer_code import ROOT
from drill.processes import DrillFailed, Processes, configuration, program, run, until
from drill.servers import is_ready, readiness

#: The last one that kept a copy of the log as its audit trail: the log has had new functions and indexes since.
BEFORE = "bbf6c9d7c77fbb0ba1a0c8c0417a476f7020722c"
#: Projectors of commits since this one leave read models of other code alone.
LEAVES_SINCE = "882939e6"
EVENTS, RATE = 1_000_000, 20.0
#: Before the update, and after each of its steps.
QUIET_SECONDS = 5.0
#: An update of a large log takes minutes.
LONGEST_SECONDS = 1_800.0
#: The longest wait of commands: an index of a million events takes some ten seconds.
LONGEST_SILENCE = 15.0

_SECRET = "the secret of this drill, which is long enough"
#: As the benchmarks of the older commit encrypt and authenticate what they record.
_KEYS = {"MASTER": bytes(range(32)), "EVENT": b"e" * 32, "CHECKPOINT": b"c" * 32}
_PARENTALITE = (sys.executable, "-P", "-m", "cli")
_HEAD = "SELECT max(notification_id) FROM stored_events"
#: A season that is loaded has told nobody of anything, which a site has done day by day.
_TELL_NOBODY = f"UPDATE reaction_position SET position = ({_HEAD})"
#: The people of the log are indexed, and it is signed.
_FOLLOWED = """
SELECT (SELECT position FROM person_index_position) >= %(head)s
    AND (SELECT max(position) FROM proof.checkpoints) >= %(head)s"""
_MAKE_LOG = (
    "import sys; from bench.support.logs import season_log; season_log(sys.argv[1], int(sys.argv[2]), sys.argv[3])"
)


@dataclass(frozen=True, slots=True)
class Site:
    """One database, and the code that serves it, by its folder."""

    processes: Processes
    folder: Path
    database_url: str

    def environment(self, code: Path) -> Mapping[str, str]:
        keys = {f"PARENTALITE_{name}_KEY": base64.b64encode(key).decode() for name, key in _KEYS.items()}
        return {
            **keys,
            "DATABASE_URL": self.database_url,
            "PARENTALITE_HOME": str(self.folder),
            "PARENTALITE_TOKEN_SECRET": _SECRET,
            "PARENTALITE_REQUESTS_PER_MINUTE": "0",
            "PARENTALITE_TRUSTED_PROXIES": "127.0.0.1",
            "PYTHONPATH": os.pathsep.join([str(code), str(code / "graphql")]),
        }

    def serve(self, name: str, code: Path, port: int, *options: str) -> str:
        """Start a server, and return its address."""
        command = [*_PARENTALITE, "serve", "--port", str(port), *options]
        self.processes.start(name, command, self.environment(code))
        return f"http://127.0.0.1:{port}"

    def parentalite(self, code: Path, *words: str) -> str:
        return run([*_PARENTALITE, *words], self.environment(code), LONGEST_SECONDS)

    def until(self, name: str, address: str, status: int) -> None:
        """Wait until the server answers so at `/ready`. Raises DrillFailed where it ends."""

        def answers() -> bool:
            if not self.processes.runs(name):
                raise DrillFailed(f"server {name} does not start: see {self.folder / name}.log")
            return readiness(address) == status

        until(f"server {name}", answers, LONGEST_SECONDS)


@dataclass(frozen=True, slots=True)
class Older:
    """The code of an older commit, and whether its projector writes into tables that newer code has filled."""

    folder: Path
    writes_into_new_tables: bool


#: What else asks the site at this port, with the structure's token, while it is updated.
Beside = Callable[[int, str], AbstractContextManager[object]]


def code_of(commit: str, folder: Path) -> Path:
    """Put the files of a commit into the new `folder` and return it. Raises DrillFailed where it is not here."""
    done = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise DrillFailed(f"commit {commit} is not in this clone: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def log_of(code: Path, server_url: str, events: int, name: str) -> str:
    """Return the URL of a database with so many events, made by this code unless an earlier run kept it."""
    environment = {"PYTHONPATH": os.pathsep.join([str(code), str(code / "graphql")])}
    run([sys.executable, "-P", "-c", _MAKE_LOG, server_url, str(events), name], environment, LONGEST_SECONDS)
    return with_database(server_url, name)


def copied(server_url: str, template: str, name: str) -> str:
    """Return the URL of a copy of a database, in place of the one that an earlier run left."""
    with psycopg.connect(server_url, autocommit=True) as conn:
        database, original = sql.Identifier(name), sql.Identifier(template)
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, original))
    return with_database(server_url, name)


def free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def token(role: Role, sirets: Sequence[str] = (), territories: Sequence[str] = ()) -> str:
    return issue_token(_SECRET, role, f"{role}-drill", datetime.now(UTC), sirets=sirets, territories=territories)


def prepare(stack: ExitStack, events: int, commit: str, keep: Path | None) -> tuple[Site, Older]:
    """Make a log by the older code, or copy the one that an earlier run kept, with its read models."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="drill-migration-")))
    server_url = stack.enter_context(embedded_server((keep or folder) / "postgres"))
    old, name = code_of(commit, folder / "old-code"), f"season_{events}_{commit[:8]}"
    print(f"Making a log of {events:,} events by the older code", flush=True)
    log_of(old, server_url, events, name)
    site = Site(stack.enter_context(Processes(folder)), folder, copied(server_url, name, "migration"))
    site.parentalite(old, "audit", "name-log", "drill")
    began = time.monotonic()
    site.parentalite(old, "rebuild", "--yes")
    print(f"Rebuilt by the older code in {time.monotonic() - began:.1f} s", flush=True)
    ancestry = ["git", "merge-base", "--is-ancestor", LEAVES_SINCE, commit]
    leaves = subprocess.run(ancestry, cwd=ROOT, capture_output=True, check=False).returncode == 0
    return site, Older(old, writes_into_new_tables=not leaves)


def open_site(site: Site, old: Path) -> tuple[int, int]:
    """Serve by the older code behind the balancer. Return the site's port, and that of the new server."""
    ports = free_ports(3)
    before = site.serve("old", old, ports[0])
    site.until("old", before, 200)
    _follow_the_log(site)
    addresses = {"SERVER_A": f"127.0.0.1:{ports[0]}", "SERVER_B": f"127.0.0.1:{ports[1]}"}
    balancer = configuration("haproxy-site.cfg", site.folder / "haproxy.cfg", BIND=f"127.0.0.1:{ports[2]}", **addresses)
    site.processes.start("haproxy", [program("haproxy", "haproxy"), "-db", "-f", str(balancer)])
    until("the site", lambda: is_ready(f"http://127.0.0.1:{ports[2]}"), 15)
    return ports[2], ports[1]


def _follow_the_log(site: Site) -> None:
    """Wait until the server has come to the end of a log that it finds whole: on a site it is there."""
    with psycopg.connect(site.database_url, autocommit=True) as conn:
        (head,) = conn.execute(_HEAD).fetchone() or (0,)
        conn.execute(_TELL_NOBODY)
        until("the old server", lambda: conn.execute(_FOLLOWED, {"head": head}).fetchone() == (True,), LONGEST_SECONDS)


def update(site: Site, older: Older, rate: float, beside: Beside | None = None) -> tuple[Finding, dict[str, float]]:
    """Update the site under load. Return what clients saw, and the seconds of each step."""
    port, next_port = open_site(site, older.folder)
    command = declaration(f"http://127.0.0.1:{port}", token(Role.COORDONNATEUR, territories=[TERRITORY]))
    structure = token(Role.STRUCTURE, sirets=[SIRET])
    with psycopg.connect(site.database_url) as conn:
        (start,) = conn.execute(_HEAD).fetchone() or (0,)
    clients = Clients(port, structure, command, rate)
    with ExitStack() as stack:
        if beside is not None:
            stack.enter_context(beside(port, structure))
        clients.start()
        stack.callback(clients.stop, LONGEST_SECONDS)
        time.sleep(QUIET_SECONDS)
        since = time.monotonic()
        steps = take_over(site, older, next_port)
        time.sleep(2 * QUIET_SECONDS)
    return judge("migration", clients.record, since, recorded(site.database_url, start), 0.0), steps


def take_over(site: Site, older: Older, port: int) -> dict[str, float]:
    """Put this code in the place of the older as docs/operations.md has it. Return the seconds of each step."""
    steps: dict[str, float] = {}
    began = time.monotonic()

    def ended(step: str) -> None:
        nonlocal began
        steps[step], began = time.monotonic() - began, time.monotonic()

    after = site.serve("new", ROOT, port, "--wait")
    site.until("new", after, 503)
    ended("the new server waits")
    site.parentalite(ROOT, "rebuild", "--yes")
    ended("read models rebuilt")
    # At once: a server of so old a code fills a table of its own again, which the new one waits for.
    site.processes.stop("old")
    site.until("new", after, 200)
    ended("the new server is ready")
    if older.writes_into_new_tables:
        site.parentalite(ROOT, "rebuild", "--yes")
        ended("read models rebuilt once more")
    return steps


def main() -> None:
    parser = argparse.ArgumentParser(prog="make drill-migration", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"size of the log (default {EVENTS:,})")
    parser.add_argument("--rate", type=float, default=RATE, help=f"commands a second (default {RATE:g})")
    parser.add_argument("--commit", default=BEFORE, help="of the older code (default: the last with a copied trail)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the older log in, for the next run")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        site, older = prepare(stack, arguments.events, arguments.commit, arguments.keep)
        finding, steps = update(site, older, arguments.rate)
        print(table([finding]))
        for step, seconds in steps.items():
            print(f"{step}: {seconds:.1f} s")
        print(site.parentalite(ROOT, "audit", "check", "--read-models"))
    failures = finding.lost + finding.doubled + finding.stale + finding.abandoned + sum(finding.later.values())
    if failures or finding.silence > LONGEST_SILENCE:
        sys.exit("clients saw more than a pause")


if __name__ == "__main__":
    main()
