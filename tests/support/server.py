"""The whole system as clients meet it: a real server on a real port, its projector, and a clock that tests set."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import uvicorn

from api.core.context import Services
from application.application import Application, open_application
from application.files.store import FileStore
from application.hosting.setting_groups import WebSettings
from application.proof.notes import SigningKey
from application.sign_in.accepting import SignIn
from application.sign_in.code_flow import CodeFlow
from application.sign_in.local import LocalSignIn, issue_token
from application.signatures.signing import Signing
from cli.server.bounded_http import Door
from cli.server.serving import server_config
from domain.kernel.actors import Role
from eventstore.connections import reading_pool
from eventstore.log import head
from projections.engine.runner import projecting
from projections.engine.waiting import PositionWaiter
from projections.replicas.replicas import Replicas
from tests.support.world import EVENT_KEYS
from web.app import create_site

MASTER_KEY = b"m" * 32
CHECKPOINT_KEY = SigningKey.from_seed(b"k" * 32)
PAGE_SECRET = b"p" * 32
TOKEN_SECRET = "the secret of these tests, long enough"
#: Before the animations of the stories; tests move on from here.
EARLY = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)
#: Where people reach it.
SITE = "https://parentalite.example.org"
OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"


@dataclass
class Clock:
    """Tells what it is set to."""

    now: datetime = EARLY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Server:
    """A running server and a client for it. `services` are its own, for looking behind the curtain."""

    address: str
    services: Services
    clock: Clock
    door: Door
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        # No TLS on loopback; reading the certificates of the machine would take 50 ms for each server.
        self.http = httpx.Client(base_url=self.address, timeout=30, verify=False)

    @property
    def application(self) -> Application:
        return self.services.application

    def post(self, body: Any, token: str | None = None, **headers: str) -> httpx.Response:
        """Any body to /graphql; header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | _authorization(token)
        if isinstance(body, bytes):
            return self.http.post("/graphql", content=body, headers={"content-type": "application/json"} | sent)
        return self.http.post("/graphql", json=body, headers=sent)

    def ask(self, document: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
        """The `data` of a document that is expected to succeed."""
        answer = self.post({"query": document, "variables": variables}, token)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        assert "errors" not in content, content["errors"]
        data: dict[str, Any] = content["data"]
        return data

    def run(self, operation: str, token: str | None = None, **variables: Any) -> Any:
        """The only field besides `position` that one of graphql/operations answers."""
        data = self.ask((OPERATIONS / f"{operation}.graphql").read_text(), token, **variables)
        data.pop("position", None)
        (answer,) = data.values()
        return answer

    def errors(self, document: str, token: str | None = None, **variables: Any) -> list[dict[str, Any]]:
        """The errors of a document that is expected to fail as a whole."""
        answer = self.post({"query": document, "variables": variables}, token)
        assert answer.status_code == 200, answer.text
        errors: list[dict[str, Any]] = answer.json()["errors"]
        return errors

    def log_head(self) -> int:
        with self.application.pool.connection() as conn:
            return head(conn)


def _authorization(token: str | None) -> dict[str, str]:
    return {} if token is None else {"authorization": f"Bearer {token}"}


def token(role: Role, subject: str | None = None, **speaks_for: Any) -> str:
    """A token of today's: `sirets`, `territories`, `schools` as in `issue_token`."""
    return issue_token(TOKEN_SECRET, role, subject or role.value, datetime.now(UTC), **speaks_for)


def expired_token(role: Role) -> str:
    return issue_token(TOKEN_SECRET, role, role.value, datetime.now(UTC) - timedelta(days=60))


class PromptServer(uvicorn.Server):
    """Stop within milliseconds: uvicorn's own looks every 0.1 s whether it should, and then waits for 0.1 s."""

    async def main_loop(self) -> None:
        for tick in count():
            if await self.on_tick(tick // 10):
                return
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        await self.lifespan.shutdown()


@contextmanager
def running_server(
    database_url: str,
    clock: Clock,
    wait_seconds: float = 20.0,
    files: Path | None = None,
    sign_in: SignIn | None = None,
    web: WebSettings | None = None,
    trusted: Mapping[str, str] | None = None,
    taken: socket.socket | None = None,
    projects: bool = True,
    signing: Signing | None = None,
    offers: Mapping[str, str] | None = None,
    code_flow: CodeFlow | None = None,
    replicas: Replicas | None = None,
) -> Iterator[Server]:
    """A server on a free port, ready to answer; several may run on one database, and on one folder of kept files.

    One that does not project is ready when somebody else does.
    """
    with (
        open_application(database_url, MASTER_KEY, EVENT_KEYS, signing=signing) as application,
        projecting(database_url, application.vault) if projects else nullcontext(),
        TemporaryDirectory(prefix="parentalite-files-") as own_folder,
    ):
        services = Services(
            application=application,
            pool=reading_pool(database_url, 8),
            waiter=PositionWaiter(database_url, application.memory),
            replicas=replicas or Replicas(),
            sign_in=sign_in or LocalSignIn(TOKEN_SECRET),
            code_flow=code_flow,
            wait_seconds=wait_seconds,
            clock=clock,
            files=FileStore(files or Path(own_folder)),
            public_url=SITE,
            checkpoint_key=CHECKPOINT_KEY,
            # Stories answer questionnaires for many people from one address.
            web=web or WebSettings(answers_per_minute=0),
            trusted_documents=trusted,
        )
        config = server_config(create_site(services, PAGE_SECRET, offers), services)
        uvicorn_server = PromptServer(config)
        sockets = None if taken is None else [taken]
        thread = threading.Thread(target=uvicorn_server.run, args=(sockets,), name="server", daemon=True)
        thread.start()
        try:
            server = Server(_address(uvicorn_server, thread), services, clock, config.http.door)  # type: ignore[union-attr]
            if projects:
                _wait_until_ready(server)
            yield server
            server.http.close()
        finally:
            uvicorn_server.should_exit = True
            thread.join(timeout=20)


def _address(server: uvicorn.Server, thread: threading.Thread) -> str:
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    return f"http://127.0.0.1:{port}"


def _wait_until_ready(server: Server) -> None:
    for _ in range(1_000):
        if server.http.get("/ready").status_code == 200:
            return
        time.sleep(0.02)
    raise AssertionError(server.http.get("/health").text)
