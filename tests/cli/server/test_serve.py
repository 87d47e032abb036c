"""`parentalite serve` and `parentalite project` as processes: they start, answer, stop, and survive being killed."""

from __future__ import annotations

import json
import signal
import socket
import threading
from functools import partial
from uuid import uuid4

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from application.founding import found_database
from cli.composition import utc_now
from cli.server.serving import address_of, take_address
from domain.kernel.actors import Role
from projections.engine.generations import State, generations, identifier
from projections.engine.rebuild import rebuild
from projections.registry import relations
from tests.cli.conftest import TOKEN_SECRET, error_line, project
from tests.support.conditions import beside, until
from tests.support.server import OPERATIONS
from tests.support.world import MASTER_KEY, UAI

SUBMIT = (OPERATIONS / "12-submit-a-candidature.graphql").read_text()
ADD = "mutation($input: TermAddInput!) { termAdd(input: $input) { position errors { code } } }"


def _logged(process, message: str) -> dict:
    line: dict = json.loads(process.line_with(f'"{message}"'))
    return line


def _serve(start, environment) -> tuple:
    process = start("serve", "--port", "0", environment=environment)
    return process, _logged(process, "serving")["address"]


def test_a_server_answers_until_it_is_told_to_stop(start, environment, opened):
    process, address = _serve(start, environment)
    assert httpx.get(f"{address}/ready").status_code == 200
    answer = httpx.get(f"{address}/graphql", params={"query": '{ animations(where: {text: "secret"}) { totalCount } }'})
    assert answer.json()["data"] == {"animations": {"totalCount": 0}}
    # A browser that follows the publications does not keep the server from stopping.
    with httpx.Client() as browser:
        subscription = {"query": "subscription { animationPublished { id } }"}
        headers = {"accept": "text/event-stream"}
        with browser.stream("POST", f"{address}/graphql", json=subscription, headers=headers) as following:
            assert following.status_code == 200
            url = address.replace("http", "ws") + "/graphql"
            with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
                socket.send(json.dumps({"type": "connection_init"}))
                socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": subscription}))
                socket.recv(timeout=10)
                assert process.stop(signal.SIGTERM) == 0
    assert process.out == []
    lines = [json.loads(line) for line in process.err]
    assert not [line for line in lines if line["level"] in ("WARNING", "ERROR")]
    assert lines[-1]["message"] == "stopped"
    requests = [line for line in lines if line["message"] == "request"]
    assert [(line["path"], line["status"]) for line in requests[:2]] == [("/ready", 200), ("/graphql", 200)]
    assert "secret" not in "".join(process.err)


def test_projections_run_alone_and_stop_on_ctrl_c(start, environment, opened):
    process = start("project", environment=environment)
    process.line_with("Projecting")
    process.line_with('"projecting"')
    assert process.stop(signal.SIGINT) == 0
    assert "Traceback" not in "".join(process.err)
    with opened.connection() as conn:
        found_at = opened.application.recorder.max_notification_id()
        assert {live.position for live in generations(conn, State.LIVE)} <= {0, found_at}


def test_a_port_in_use_is_told_before_anything_else_is_done(run, environment, monkeypatch):
    def never(_):
        raise AssertionError("the database was opened")

    monkeypatch.setattr("cli.server.serve.open_everything", never)
    monkeypatch.setattr("cli.demo.command.open_everything", never)
    with take_address("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        for command in ("serve", "demo"):
            line = error_line(run(command, "--port", port))
            assert f"port {port} is already in use" in line
            assert "--port" in line


def test_an_address_of_another_machine_is_told(run, environment):
    # A range that no machine has (RFC 5737).
    assert "--host" in error_line(run("serve", "--host", "192.0.2.1", "--port", "0"))
    assert "--host" in error_line(run("serve", "--host", "no such host", "--port", "0"))


@pytest.mark.parametrize(("host", "reached"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")])
def test_the_address_told_is_one_that_can_be_reached(host, reached):
    with take_address(host, 0) as taken:
        assert address_of(taken) == f"http://{reached}:{taken.getsockname()[1]}"
        socket.create_connection((reached, taken.getsockname()[1])).close()


def test_a_killed_server_loses_nothing_acknowledged_and_projects_nothing_twice(start, environment, opened, run):
    found_database(opened.application, utc_now())
    token = run("token", "--role", Role.NATIONAL).stdout.strip()
    assert environment["PARENTALITE_TOKEN_SECRET"] == TOKEN_SECRET
    acknowledged: list[tuple[str, int]] = []
    for _ in range(2):
        process, address = _serve(start, environment)
        enough, stop = len(acknowledged) + 60, threading.Event()
        with beside(stop, *(partial(_work, address, token, number, acknowledged, stop) for number in range(6))):
            until(partial(_has, acknowledged, enough), seconds=60)
            process.stop(signal.SIGKILL)
    process, address = _serve(start, environment)
    last = max(position for _, position in acknowledged)
    answer = httpx.post(f"{address}/graphql", json={"query": "{ position }"}, headers={"min-position": str(last)})
    assert answer.json()["data"]["position"] >= last
    assert process.stop(signal.SIGTERM) == 0

    with opened.connection() as conn:
        rows = conn.execute("SELECT idempotency_key::text, position FROM command_outcomes").fetchall()
        assert set(acknowledged) <= set(rows)
    project(opened)
    before = _rows(opened)
    assert rebuild(opened.url, MASTER_KEY) > len(acknowledged)
    assert _rows(opened) == before


def _has(acknowledged: list, many: int) -> bool:
    return len(acknowledged) >= many


def _work(address: str, token: str, number: int, acknowledged: list, stop: threading.Event) -> None:
    """Sends commands one after the other until the server is gone; notes each that was acknowledged."""
    with httpx.Client(base_url=address, headers={"authorization": f"Bearer {token}"} if number % 2 else {}) as http:
        while not stop.is_set():
            key = str(uuid4())
            body = _term(key) if number % 2 else _candidature(key)
            try:
                (payload,) = http.post("/graphql", json=body).json()["data"].values()
            except (httpx.HTTPError, json.JSONDecodeError):
                return
            assert payload["errors"] == []
            acknowledged.append((key, payload["position"]))


def _term(key: str) -> dict:
    values = {"kind": "VENUE_TYPE", "code": f"lieu-{key}", "label": f"Lieu {key}", "idempotencyKey": key}
    return {"query": ADD, "variables": {"input": values}}


def _candidature(key: str) -> dict:
    values = {
        "territory": "971",
        "schoolUai": UAI,
        "degree": "SECOND",
        "firstName": "Zélie",
        "lastName": "Inventée",
        "email": "zelie@example.org",
        "motivation": "Je veux aider",
        "idempotencyKey": key,
    }
    return {"query": SUBMIT, "variables": {"input": values}}


def _rows(opened) -> dict[str, list]:
    """Every row of every live read model."""
    with opened.connection() as conn:
        live = {g.name: g.generation for g in generations(conn, State.LIVE)}
        found_rows = {}
        for relation, projection in relations().items():
            table = identifier(relation, live[projection]).as_string(conn)
            rows = conn.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1").fetchall()
            found_rows[relation] = rows
        return found_rows
