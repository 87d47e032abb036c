"""Connections and WebSockets have a bound too: how many, how long, and how large a message."""

from __future__ import annotations

import json
import socket
import time

from websockets.sync.client import connect

from cli.server import bounded_http, bounded_websocket
from tests.scenarios.following.test_subscriptions import PROTOCOL, opened
from tests.support.conditions import until
from tests.support.network.raw_http import POST, READY, UPGRADE, plain, receive, sends, status
from tests.support.people import NATIONAL


def test_connections_have_a_bound(server, monkeypatch):
    door = server.door
    monkeypatch.setattr(door, "max_connections", 3)
    server.http.close()
    until(lambda: door.peers == {})
    held = [plain(server) for _ in range(3)]
    for client in held:
        client.__enter__()
    with plain(server) as beyond:
        assert b"503" in receive(beyond)
    for client in held:
        client.__exit__(None, None, None)
    until(lambda: door.peers == {})
    with plain(server) as connection:
        connection.sendall(READY + b"Connection: close\r\n\r\n")
        assert status(connection) == 200
    until(lambda: door.peers == {})


def test_half_sent_bodies_take_bounded_memory(server, monkeypatch):
    monkeypatch.setattr(bounded_http, "MAX_BODIES_IN_MEMORY", 150_000)
    with plain(server) as first, plain(server) as second:
        head = POST + b"Content-Length: 900000\r\n\r\n"
        first.sendall(head + b"a" * 100_000)
        until(lambda: server.door.bodies > 0)
        sends(second, head + b"a" * 100_000)
        assert status(second) == 503
    until(lambda: server.door.bodies == 0)
    assert server.post({"query": "{ __typename }"}).status_code == 200


def test_a_message_in_pieces_comes_to_its_end(server, monkeypatch):
    monkeypatch.setattr(bounded_websocket, "MESSAGE_SECONDS", 0.5)
    with plain(server) as connection:
        connection.sendall(UPGRADE + b"\r\n")
        assert b"101 Switching Protocols" in connection.recv(1_000)
        connection.sendall(b"\x01\x81\x00\x00\x00\x00{")
        assert b"too slow" in receive(connection)


def test_what_a_client_breaks_is_counted_and_no_error(server, caplog):
    caplog.set_level("INFO")
    broken = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        READY + b"Connection: Upgrade\r\nUpgrade: h2c\r\nConnection: close\r\n\r\n",
        UPGRADE.replace(b"13", b"7") + b"\r\n",
        UPGRADE.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"?") + b"\r\n",
        UPGRADE + b"X: " + b"a" * 9_000 + b"\r\n\r\n",
        UPGRADE + b"X: a\r\n" * 200 + b"\r\n",
        UPGRADE.replace(b"/graphql", b"/nowhere") + b"\r\n",
        POST + b"Content-Length: 99\r\n\r\n{",
        POST.replace(b"application/json", b"multipart/form-data; boundary=x")
        + f"Authorization: Bearer {NATIONAL}\r\n".encode()
        + b"Content-Length: 99\r\n\r\n--x\r\nbroken",
    ]
    for sent in broken:
        with plain(server) as connection:
            sends(connection, sent)
            time.sleep(0.1)
    frames = [
        b"\x81\x81\x00\x00\x00\x00\xff",
        b"\xff\xff",
        b"\x81\x01a",
        b"\x81\xff" + b"\xff" * 12,
        b"\x82\x81\0\0\0\0a",
    ]
    for frame in frames:
        with plain(server) as connection:
            connection.sendall(UPGRADE + b"\r\n")
            connection.recv(1_000)
            connection.sendall(frame)
            time.sleep(0.1)
    form = POST.replace(b"application/json", b"multipart/form-data; boundary=x")
    form += f"Authorization: Bearer {NATIONAL}\r\nConnection: close\r\n".encode()
    for content in (b"--x\r\nX: " + b"a" * 40_000, b"a" * 40_000, b"--x\r\n\r\nno name\r\n--x--", b"--y\r\n\r\n--y--"):
        with plain(server) as connection:
            connection.sendall(form + b"Content-Length: %d\r\n\r\n" % len(content) + content)
            assert status(connection) == 400
    with opened(server) as socket_:
        for number in range(5):
            payload = {"query": "subscription { animationPublished { id } }"}
            socket_.send(json.dumps({"type": "subscribe", "id": str(number), "payload": payload}))
        socket_.send("broken")
    with connect(server.address.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL]) as left:
        left.socket.shutdown(socket.SHUT_RDWR)
    assert server.http.get("/ready").status_code == 200
    assert server.services.client_faults.total() >= 5
    assert [record for record in caplog.records if record.levelname not in ("DEBUG", "INFO")] == []


def test_who_left_while_subscribed_is_no_error(people, server, caplog):
    people.sign()
    with opened(server) as left:
        payload = {"query": "subscription { animationPublished { id } }"}
        left.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        until(lambda: server.services.gauges["subscribers"] > 0)
        left.socket.shutdown(socket.SHUT_RDWR)
    people.publish(people.declare())
    assert [record for record in caplog.records if record.levelname not in ("DEBUG", "INFO")] == []
