"""Three nodes of PostgreSQL under Patroni, with an etcd of three members: the cluster of docs/operations.md."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from drill.processes import DrillFailed, Processes, configuration, family, program, run, until

NODES = (1, 2, 3)
ACCOUNT = "postgres"
PASSWORD = "drill"
DATABASE = "parentalite"
#: Seconds until a node is back in the cluster, or a cluster of three is whole.
WHOLE_SECONDS = 120
_POSTGRESQL = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Ports:
    """Consecutive ports from `first` on."""

    first: int

    def etcd(self, node: int) -> int:
        return self.first + node

    def etcd_peer(self, node: int) -> int:
        return self.first + 4 + node

    def patroni(self, node: int) -> int:
        return self.first + 8 + node

    def postgresql(self, node: int) -> int:
        return self.first + 12 + node

    def proxy(self, server: str) -> int:
        return self.first + 20 + "ab".index(server)

    def server(self, server: str) -> int:
        return self.first + 24 + "ab".index(server)

    @property
    def pooler(self) -> int:
        return self.first + 22

    @property
    def site(self) -> int:
        return self.first + 28


class Cluster:
    """The nodes, and what the drill does to them."""

    def __init__(self, folder: Path, ports: Ports, processes: Processes, address: str) -> None:
        self.folder, self.ports, self.processes, self.address = folder, ports, processes, address
        self._programs = {name: program(name, package) for name, package in _PROGRAMS.items()}

    @property
    def url(self) -> str:
        """The address of whichever node is the primary, for what the drill looks up itself."""
        hosts = ",".join("127.0.0.1" for _ in NODES)
        ports = ",".join(str(self.ports.postgresql(node)) for node in NODES)
        return (
            f"postgresql://postgres:{PASSWORD}@{hosts}/{DATABASE}?port={ports}"
            "&target_session_attrs=read-write&connect_timeout=3"
        )

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    def start(self) -> None:
        """Start everything, and make the database and its role."""
        self._make_folder(self.archive)
        for node in NODES:
            self.start_etcd(node)
        until("etcd", self._etcd_is_well, 30)
        # The first becomes the primary, so that every run begins alike.
        for node in NODES:
            self.start_node(node)
            until(f"node {node}", lambda node=node: self._runs(node), WHOLE_SECONDS)  # type: ignore[misc]
        until("the cluster", self.is_whole, WHOLE_SECONDS)
        with psycopg.connect(self.url.replace(f"/{DATABASE}?", "/postgres?"), autocommit=True) as conn:
            conn.execute(f"CREATE ROLE {DATABASE} LOGIN REPLICATION PASSWORD '{PASSWORD}'")
            conn.execute(f"CREATE DATABASE {DATABASE} OWNER {DATABASE} ENCODING 'UTF8' TEMPLATE template0")

    def start_etcd(self, node: int) -> None:
        path = configuration(
            "etcd.conf.yml",
            self.folder / f"etcd{node}.yml",
            NAME=f"etcd{node}",
            DATA=self.folder / f"etcd{node}",
            CLIENT_URL=f"http://127.0.0.1:{self.ports.etcd(node)}",
            PEER_URL=f"http://127.0.0.1:{self.ports.etcd_peer(node)}",
            MEMBERS=",".join(f"etcd{each}=http://127.0.0.1:{self.ports.etcd_peer(each)}" for each in NODES),
        )
        self.processes.start(f"etcd{node}", [self._programs["etcd"], f"--config-file={path}"], account=ACCOUNT)

    def start_node(self, node: int) -> None:
        """Start Patroni, which starts PostgreSQL."""
        path = configuration(
            "patroni.yml",
            self.folder / f"patroni{node}.yml",
            NAME=f"node{node}",
            PATRONI_LISTEN=f"0.0.0.0:{self.ports.patroni(node)}",
            PATRONI_ADDRESS=f"127.0.0.1:{self.ports.patroni(node)}",
            ETCD_HOSTS=", ".join(f'"127.0.0.1:{self.ports.etcd(each)}"' for each in NODES),
            POSTGRESQL_LISTEN=f"{self.address}:{self.ports.postgresql(node)}",
            POSTGRESQL_ADDRESS=f"127.0.0.1:{self.ports.postgresql(node)}",
            DATA=self._data(node),
            PROGRAMS=binaries(),
            PASSWORD=PASSWORD,
            SOCKETS=self.folder,
            ARCHIVE=self.archive,
            SERVERS="0.0.0.0/0",
            NODES="127.0.0.1/32",
        )
        self.processes.start(
            f"patroni{node}", [self._programs["patroni"], str(path)], {"HOME": str(self.folder)}, account=ACCOUNT
        )

    def leader(self) -> int | None:
        """Return the node that is the primary by the word of the nodes that answer, or None."""
        return next((node for node, member in self._members().items() if member["role"] == "leader"), None)

    def is_whole(self) -> bool:
        """Return whether all nodes run, one is the primary and one follows it synchronously."""
        members = self._members()
        roles = sorted(member["role"] for member in members.values())
        follow = all(
            member["state"] in ("running", "streaming") and not member.get("lag") for member in members.values()
        )
        return roles == ["leader", "replica", "sync_standby"] and follow

    def make_whole(self) -> None:
        """Start what does not run, let go on what is paused, and wait until all nodes follow. Raises DrillFailed."""
        for node in NODES:
            self.signal(node, signal.SIGCONT)
            if not self.processes.runs(f"etcd{node}"):
                self.start_etcd(node)
            self.processes[f"etcd{node}"].send_signal(signal.SIGCONT)
            if not self.processes.runs(f"patroni{node}"):
                self.start_node(node)
        until("the cluster's return", self.is_whole, WHOLE_SECONDS)

    def signal(self, node: int, what: signal.Signals) -> None:
        """Send a signal to Patroni and PostgreSQL of a node, as to a whole machine."""
        pids = [self.processes[f"patroni{node}"].pid, self.postmaster(node)]
        for process in [each for pid in pids if pid for each in family(pid)]:
            with suppress(psutil.Error):
                process.send_signal(what)

    def postmaster(self, node: int) -> int | None:
        try:
            pid = int((self._data(node) / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if psutil.pid_exists(pid) else None

    def kill_session(self, pid: int) -> None:
        """Kill one process of the primary's PostgreSQL. Raises DrillFailed if it is none of a node's."""
        ours = {process.pid for node in NODES if (root := self.postmaster(node)) for process in family(root)}
        if pid not in ours:
            raise DrillFailed(f"process {pid} belongs to no node")
        os.kill(pid, signal.SIGKILL)

    def switch_over(self) -> None:
        """Ask Patroni to make the synchronous standby the primary."""
        path = self.folder / "patroni1.yml"
        ctl = [self._programs["patronictl"], "-c", str(path), "switchover", "--force"]
        run(ctl, {"HOME": str(self.folder), "LC_ALL": "C.UTF-8"})

    def stop_nodes(self) -> None:
        """Stop Patroni and PostgreSQL on all nodes, once what was recorded is archived."""
        with psycopg.connect(self.url, autocommit=True) as conn:
            (segment,) = conn.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
        until("the archive", (self.archive / str(segment)).exists, 60)
        for node in NODES:
            self.processes.stop(f"patroni{node}", 60)

    def begin_anew(self, data: Path) -> None:
        """Let node 1 lead with the data of a restored server, and the others copy it."""
        aside = self.folder / "before-restore"
        aside.mkdir()
        for node in NODES:
            self._data(node).rename(aside / f"node{node}")
        data.rename(self._data(1))
        for path in (self._data(1), *self._data(1).rglob("*")):
            if not os.geteuid():
                shutil.chown(path, ACCOUNT, ACCOUNT)
        # The nodes' agreement is about the database that is gone.
        words = f"{DATABASE}\nYes I am aware\n"
        ctl = [self._programs["patronictl"], "-c", str(self.folder / "patroni1.yml"), "remove", DATABASE]
        run(ctl, {"HOME": str(self.folder), "LC_ALL": "C.UTF-8"}, words=words)
        self.start_node(1)
        until("the restored primary", lambda: self.leader() == 1, WHOLE_SECONDS)
        for node in NODES[1:]:
            self.start_node(node)

    def _make_folder(self, path: Path) -> None:
        path.mkdir(mode=0o755)
        if not os.geteuid():
            shutil.chown(path, ACCOUNT, ACCOUNT)

    def _data(self, node: int) -> Path:
        return self.folder / f"node{node}"

    def _runs(self, node: int) -> bool:
        return self._members().get(node, {}).get("state") in ("running", "streaming")

    def _members(self) -> dict[int, dict[str, Any]]:
        for node in NODES:
            with suppress(httpx.HTTPError, ValueError):
                answer = httpx.get(f"http://127.0.0.1:{self.ports.patroni(node)}/cluster", timeout=2)
                return {int(member["name"][-1]): member for member in answer.json()["members"]}
        return {}

    def _etcd_is_well(self) -> bool:
        with suppress(httpx.HTTPError):
            return bool(httpx.get(f"http://127.0.0.1:{self.ports.etcd(1)}/health", timeout=2).json()["health"])
        return False


_PROGRAMS = {"etcd": "etcd-server", "patroni": "patroni", "patronictl": "patroni"}


def binaries() -> Path:
    versions = sorted(_POSTGRESQL.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise DrillFailed("PostgreSQL is missing: apt-get install --no-install-recommends postgresql")
    return versions[-1].parent


@contextmanager
def folder_for(account: str, keep: Path | None) -> Iterator[Path]:
    """Yield an empty folder of the account, which is deleted at the end unless it is named by `keep`."""
    path = keep or Path(tempfile.mkdtemp(prefix="parentalite-drill-"))
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o755)
    if not os.geteuid():
        shutil.chown(path, account, account)
    try:
        yield path
    finally:
        if keep is None:
            shutil.rmtree(path, ignore_errors=True)
