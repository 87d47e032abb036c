"""A real HTTP server on loopback that takes webhooks, verifies them with the library, and answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass
class Receiver:
    """`answers` are given to the next requests, in order; 204 afterwards. `secret`: None verifies nothing."""

    url: str = ""
    secret: str | None = None
    received: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    #: What is said with a refusal about when to come back.
    retry_after: str | None = None
    #: Called once a message is received, before it is answered.
    then: Callable[[], object] = lambda: None

    @property
    def positions(self) -> list[int]:
        return [message["data"]["position"] for message in self.received]

    @property
    def kinds(self) -> list[str]:
        return [message["type"] for message in self.received]


@contextmanager
def receiver() -> Iterator[Receiver]:
    taking = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            content = Webhook(taking.secret).verify(body, headers) if taking.secret else json.loads(body)
            taking.received.append(content)
            taking.ids.append(headers["webhook-id"])
            taking.headers.append(headers)
            taking.then()
            self.send_response(taking.answers.pop(0) if taking.answers else 204)
            self.send_header("Location", taking.url)
            if taking.retry_after is not None:
                self.send_header("Retry-After", taking.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    taking.url = f"http://127.0.0.1:{server.server_address[1]}/evenements"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield taking
    finally:
        server.shutdown()
        server.server_close()
