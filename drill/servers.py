"""Two application servers, the HAProxy beside each of them, the pooler, and the balancer in front of the site."""

from __future__ import annotations

import base64
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx

from application.sign_in.local import issue_token
from domain.kernel.actors import Role
from drill.cluster import ACCOUNT, DATABASE, NODES, PASSWORD, Cluster
from drill.network import Network
from drill.newer_code import ROOT, copy_with_newer_read_model
from drill.processes import DrillFailed, Processes, configuration, family, program, run, until

NAMES = ("a", "b")
CHECKPOINT_SECONDS = 10
#: A server imports, connects, and catches up.
READY_SECONDS = 90
#: With -P the code comes from PYTHONPATH alone, not from the folder in which the drill runs.
_PARENTALITE = (sys.executable, "-P", "-m", "cli")


class Servers:
    """`parentalite serve` twice, and what stands between them, the database and the clients."""

    def __init__(
        self, cluster: Cluster, processes: Processes, network: Network | None, by_hosts: bool, at_replicas: bool
    ) -> None:
        self.cluster, self.processes, self.network = cluster, processes, network
        self._by_hosts, self._at_replicas = by_hosts, at_replicas
        self.folder, self.ports = cluster.folder, cluster.ports
        self._haproxy, self._pgbouncer = program("haproxy", "haproxy"), program("pgbouncer", "pgbouncer")
        for name in ("files", "signer", "homes"):
            (self.folder / name).mkdir()
        self.pooled = False
        self._code = dict.fromkeys(NAMES, ROOT)
        key = {each: base64.b64encode(secrets.token_bytes(32)).decode() for each in ("MASTER", "EVENT", "CHECKPOINT")}
        self._environment = {
            **{f"PARENTALITE_{name}_KEY": value for name, value in key.items()},
            "PARENTALITE_TOKEN_SECRET": secrets.token_urlsafe(32),
            "PARENTALITE_SIGNER_MEMORY": str(self.folder / "signer" / "memory.json"),
            "PARENTALITE_EVENT_START": str(self.folder / "signer" / "event-start"),
            "PARENTALITE_FILES": str(self.folder / "files"),
            "PARENTALITE_CHECKPOINT_SECONDS": str(CHECKPOINT_SECONDS),
            "PARENTALITE_REQUESTS_PER_MINUTE": "0",
            # The balancer looks every second, and twice.
            "PARENTALITE_LEAVE_SECONDS": "4",
            "PARENTALITE_TRUSTED_PROXIES": "127.0.0.1",
        }

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.ports.site}"

    def start(self) -> None:
        for name in NAMES:
            self.start_proxy(name)
        for name in NAMES:
            # One after the other: the first one founds the database.
            self.start_server(name)
            self.until_ready(name)
        self._start_haproxy("site", self._balancer())
        until("the site", lambda: is_ready(self.site), 15)

    def start_proxy(self, name: str) -> None:
        self._start_haproxy(f"haproxy-{name}", self._proxy(name), self._inside(name))

    def start_pooler(self) -> None:
        self.processes.start("pgbouncer", [self._pgbouncer, str(self._pooler())], account=ACCOUNT)

    def start_server(self, name: str, *options: str) -> None:
        host = "0.0.0.0" if self._inside(name) else "127.0.0.1"
        command = [*_PARENTALITE, "serve", "--host", host, "--port", str(self.ports.server(name)), *options]
        self.processes.start(f"server-{name}", [*self._inside(name), *command], self.environment(name))

    def until_ready(self, name: str, seconds: float = READY_SECONDS) -> None:
        until(f"server {name} ready", lambda: is_ready(f"http://{self._address(name)}"), seconds)

    def restart(self, name: str) -> None:
        """Restart one server as an update does: SIGTERM, its end, its start, and its readiness."""
        self.processes.stop(f"server-{name}")
        self.start_server(name)
        self.until_ready(name)

    def update(self) -> None:
        """Put both servers on the code of the next version, as docs/operations.md has it: none refuses meanwhile."""
        newer, (last, first) = copy_with_newer_read_model(self.folder / "newer"), NAMES
        self.processes.stop(f"server-{first}")
        self._code[first] = newer
        self.start_server(first, "--wait")
        until(f"server {first} waits", lambda: self._waits(first), READY_SECONDS)
        self.parentalite("rebuild", "--yes", seconds=180, server=first)
        self.until_ready(first)
        self._code[last] = newer
        self.restart(last)

    def _waits(self, name: str) -> bool:
        """Raises DrillFailed where the server has ended."""
        if not self.processes.runs(f"server-{name}"):
            raise DrillFailed(f"server {name} does not start: see server-{name}.log")
        return readiness(f"http://{self._address(name)}") == 503

    def send(self, name: str, what: signal.Signals) -> None:
        for process in family(self.processes[f"server-{name}"].pid):
            process.send_signal(what)

    def cut(self, name: str) -> None:
        """Take the network from a server: its cable, or without a namespace the proxy to the database."""
        if self._network_of(name):
            self._network_of(name).cut()  # type: ignore[union-attr]
        else:
            self.processes[f"haproxy-{name}"].send_signal(signal.SIGSTOP)

    def join(self, name: str) -> None:
        if self._network_of(name):
            self._network_of(name).join()  # type: ignore[union-attr]
        else:
            self.processes[f"haproxy-{name}"].send_signal(signal.SIGCONT)

    def parentalite(self, *words: str, seconds: float = 120, server: str = "a") -> str:
        """Return what the command prints, run on this host as beside the server. Raises DrillFailed."""
        code = {"PYTHONPATH": _python_path(self._code[server])}
        return run([*_PARENTALITE, *words], self.environment("a") | code, seconds)

    def token(self, role: Role, sirets: Sequence[str] = (), territories: Sequence[str] = ()) -> str:
        now, secret = datetime.now(UTC), self._environment["PARENTALITE_TOKEN_SECRET"]
        return issue_token(secret, role, f"{role}-drill", now, sirets=sirets, territories=territories)

    def environment(self, name: str) -> dict[str, str]:
        network = self._network_of(name)
        nearest = network.ours if network else "127.0.0.1"
        nodes = [f"{nearest}:{self.ports.postgresql(node)}" for node in NODES]
        if self.pooled:
            hosts = f"{nearest}:{self.ports.pooler}"
        elif self._by_hosts:
            hosts = ",".join(nodes)
        else:
            hosts = f"127.0.0.1:{self.ports.proxy(name)}"
        home = self.folder / "homes" / name
        home.mkdir(exist_ok=True)
        environment = self._environment | {
            "DATABASE_URL": _url(hosts),
            "PARENTALITE_HOME": str(home),
            "PYTHONPATH": _python_path(self._code[name]),
        }
        return environment | ({"DATABASE_READ_URL": ",".join(map(_url, nodes))} if self._at_replicas else {})

    def source(self, name: str) -> str:
        """Return the address from which PostgreSQL sees the sessions of a server."""
        network = self._network_of(name)
        return network.theirs if network else {"a": "127.0.0.2", "b": "127.0.0.3"}[name]

    def _network_of(self, name: str) -> Network | None:
        return self.network if name == "b" else None

    def _inside(self, name: str) -> list[str]:
        network = self._network_of(name)
        return network.inside if network else []

    def _address(self, name: str) -> str:
        network = self._network_of(name)
        return f"{network.theirs if network else '127.0.0.1'}:{self.ports.server(name)}"

    def _start_haproxy(self, name: str, path: Path, inside: list[str] | None = None) -> None:
        self.processes.start(name, [*(inside or []), self._haproxy, "-db", "-f", str(path)])

    def _proxy(self, name: str) -> Path:
        network = self._network_of(name)
        host = network.ours if network else "127.0.0.1"
        return configuration(
            "haproxy-database.cfg",
            self.folder / f"haproxy-{name}.cfg",
            BIND=f"127.0.0.1:{self.ports.proxy(name)}",
            # On one machine, addresses of its own tell whose sessions are whose.
            SOURCE="" if network else f"source {self.source(name)}",
            **{f"NODE{node}": f"{host}:{self.ports.postgresql(node)}" for node in NODES},
            **{f"PATRONI{node}": self.ports.patroni(node) for node in NODES},
        )

    def _balancer(self) -> Path:
        servers = {f"SERVER_{name.upper()}": self._address(name) for name in NAMES}
        path = self.folder / "haproxy-site.cfg"
        return configuration("haproxy-site.cfg", path, BIND=f"127.0.0.1:{self.ports.site}", **servers)

    def _pooler(self) -> Path:
        users = self.folder / "pgbouncer-users.txt"
        users.write_text(f'"{DATABASE}" "{PASSWORD}"\n')
        return configuration(
            "pgbouncer.ini",
            self.folder / "pgbouncer.ini",
            HOST="127.0.0.1",
            PORT=self.ports.proxy("a"),
            LISTEN=self.cluster.address,
            LISTEN_PORT=self.ports.pooler,
            USERS=users,
        )


def _url(hosts: str) -> str:
    return f"postgresql://{DATABASE}:{PASSWORD}@{hosts}/{DATABASE}"


def _python_path(code: Path) -> str:
    return os.pathsep.join([str(code), str(code / "graphql")])


def is_ready(address: str) -> bool:
    return readiness(address) == 200


def readiness(address: str) -> int | None:
    """Return the status of `/ready`, or None while nobody answers."""
    try:
        return httpx.get(f"{address}/ready", timeout=2).status_code
    except httpx.HTTPError:
        return None
