"""Clients at work: commands with idempotency keys at a steady rate, and readers that ask with Min-Position."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any
from uuid import uuid4

#: Commands and readers under way at a time, at most. A rate that the site does not keep up with is not made up for.
WRITERS, READERS = 32, 4
#: A client's own patience with one answer, and its pause before it repeats.
ANSWER_SECONDS, PAUSE_SECONDS = 12.0, 0.5
#: A command is repeated for so long.
PATIENCE_SECONDS = 300.0
READS_PER_SECOND = 20
#: Codes that say "try again", with which a client loses nothing.
PASSING = frozenset({"UNAVAILABLE", "POSITION_NOT_REACHED"})

_CREATE = """mutation($input: AnimationCreateInput!) {
  animationCreate(input: $input) { animation { id } position errors { code message field } } }"""
_READ = "query($id: ID!) { animation(id: $id) { id title } position }"
#: Where the read models were too late for the command's own answer, nobody knows what to look for.
_WHERE = "{ position }"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request: when it began and ended, and the code of its failure, or None."""

    began: float
    ended: float
    code: str | None
    command: bool


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A command that was answered with a position."""

    key: str
    title: str
    position: int
    at: float


@dataclass(slots=True)
class Record:
    """All that the clients saw. Lists are appended to by many threads, which needs no lock."""

    attempts: list[Attempt] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    #: The position asked for, and the one answered; also where what was recorded there is not shown.
    stale: list[tuple[int, int]] = field(default_factory=list)
    reads: int = 0
    #: Commands that were given up, each with its last code.
    abandoned: list[str] = field(default_factory=list)

    def without(self, was_given_up: Callable[[int], bool]) -> Record:
        """Return the record without what was acknowledged at positions that were given up on purpose."""
        return replace(
            self,
            acknowledged=[each for each in self.acknowledged if not was_given_up(each.position)],
            stale=[(wanted, answered) for wanted, answered in self.stale if not was_given_up(wanted)],
        )


class Clients:
    """Ask the site from `start` until `stop`, and keep a record."""

    def __init__(self, port: int, token: str, command: Mapping[str, Any], rate: float) -> None:
        self.record = Record()
        self._port, self._token, self._command, self._rate = port, token, command, rate
        self._stop, self._due, self._latest = Event(), Queue[int](maxsize=1), Queue[tuple[str | None, int]](maxsize=64)
        self._threads: list[Thread] = []

    def start(self) -> None:
        work = [self._offer, *[self._write] * WRITERS, *[self._read] * READERS]
        self._threads = [Thread(target=each, daemon=True) for each in work]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """Begin no further command, and wait until those under way are acknowledged or given up."""
        self._stop.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))
        self.record.abandoned += ["still asking"] * sum(thread.is_alive() for thread in self._threads)

    def _offer(self) -> None:
        began, number = time.monotonic(), 0
        while not self._stop.wait(max(0.0, began + number / self._rate - time.monotonic())):
            number += 1
            try:
                self._due.put(number, timeout=0.5)
            except Full:
                began = time.monotonic() - number / self._rate

    def _write(self) -> None:
        connection = Connection(self._port, self._token)
        while not self._stop.is_set():
            try:
                self._due.get(timeout=0.5)
            except Empty:
                continue
            key = str(uuid4())
            title = f"Exercice {key}"
            content = {**self._command, "title": title, "idempotencyKey": key}
            self._until_acknowledged(connection, key, title, {"query": _CREATE, "variables": {"input": content}})

    def _until_acknowledged(self, connection: Connection, key: str, title: str, body: Mapping[str, Any]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            began = time.monotonic()
            code, data = connection.ask(body)
            outcome = (data or {}).get("animationCreate") or {}
            if code is None and outcome.get("errors"):
                code = str(outcome["errors"][0]["code"])
            if code is None and not outcome.get("position"):
                code = "no position"
            ended = time.monotonic()
            self.record.attempts.append(Attempt(began, ended, code, command=True))
            if code is None:
                self.record.acknowledged.append(Acknowledged(key, title, int(outcome["position"]), ended))
                identifier = outcome["animation"]["id"] if outcome["animation"] else None
                with suppress(Full):
                    self._latest.put_nowait((identifier, int(outcome["position"])))
                return
            if ended > deadline:
                self.record.abandoned.append(code)
                return
            time.sleep(PAUSE_SECONDS)

    def _read(self) -> None:
        connection = Connection(self._port, self._token)
        while not self._stop.wait(READERS / READS_PER_SECOND):
            try:
                identifier, position = self._latest.get(timeout=0.5)
            except Empty:
                continue
            # One read of what was just acknowledged, by whichever server.
            began = time.monotonic()
            body = {"query": _READ, "variables": {"id": identifier}} if identifier else {"query": _WHERE}
            code, data = connection.ask(body, position)
            self.record.attempts.append(Attempt(began, time.monotonic(), code, command=False))
            if code is None and data is not None:
                self.record.reads += 1
                reached = int(data["position"])
                if reached < position or (identifier and data["animation"] is None):
                    self.record.stale.append((position, reached))


class Connection:
    """A kept connection to the site, opened anew after each failure."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, body: Mapping[str, Any], position: int | None = None) -> tuple[str | None, dict[str, Any] | None]:
        """Return the code of a failure, or None, and the data."""
        headers = self._headers | ({"Min-Position": str(position)} if position else {})
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
            self._connection.request("POST", "/graphql", json.dumps(body), headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return type(error).__name__, None
        code, data = code_and_data(response.status, content)
        if code is not None:
            # The balancer may close after an answer of its own, and does not say so.
            self.close()
        return code, data

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def code_and_data(status: int, content: bytes) -> tuple[str | None, dict[str, Any] | None]:
    """Return the code of a failure, or None, and the data of an answer."""
    try:
        answer = json.loads(content)
        errors, data = answer.get("errors"), answer.get("data")
    except (ValueError, AttributeError):
        # The balancer's own answer: it has no server that is ready.
        return ("UNAVAILABLE" if status == 503 else f"HTTP {status}"), None
    if errors:
        return str((errors[0].get("extensions") or {}).get("code", f"HTTP {status}")), data
    return (None if status == 200 else f"HTTP {status}"), data
