"""Whatever a client sends, or does not, has a bound in this process: plain sockets against a real server."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

import pytest

from api.publishing.documentation import page
from api.schema import schema
from cli.server import bounded_http
from cli.server.bounded_http import MAX_HEAD_BYTES
from tests.support.conditions import started
from tests.support.network.raw_http import POST, READY, UPGRADE, plain, receive, sends, status
from tests.support.people import NATIONAL

BODY = b'{"query": "{ __typename }"}'
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def test_the_documentation_tells_the_bounds():
    documentation = " ".join(page(schema).split())
    assert f"{MAX_HEAD_BYTES:,} bytes, within {bounded_http.HEAD_SECONDS:.0f} seconds" in documentation
    assert f"within {bounded_http.BODY_SECONDS:.0f} seconds" in documentation
    assert f"one more for each {bounded_http.MIN_UPLOAD_SPEED:,} bytes" in documentation


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_http, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(bounded_http, "BODY_SECONDS", 0.8)


def test_usual_headers_pass(server):
    for head in (b"X: " + b"a" * 20_000, b"\r\n".join(b"X-%d: %s" % (number, b"a" * 100) for number in range(200))):
        with plain(server) as connection:
            sends(connection, READY + b"Connection: close\r\n" + head + b"\r\n\r\n")
            assert status(connection) == 200
        with plain(server) as connection:
            sends(connection, UPGRADE + head + b"\r\n\r\n")
            assert b"101 Switching Protocols" in connection.recv(1_000)


MILLION = b"a" * 1_000_000


@pytest.mark.parametrize(
    "parts",
    {
        "one header": [READY + b"X: ", *[MILLION] * 20, b"\r\n\r\n"],
        "one header at once": [READY + b"X: " + b"a" * (MAX_HEAD_BYTES + 1) + b"\r\n\r\n"],
        "many headers": [READY, *[b"X: " + b"a" * 90 + b"\r\n"] * 400, b"\r\n"],
        "a name": [READY, *[MILLION] * 5],
        "request line": [b"GET /", *[MILLION] * 5],
        "query": [b"GET /ready?x=" + b"a" * (MAX_HEAD_BYTES + 1) + b" HTTP/1.1\r\nHost: x\r\n\r\n"],
        "method": [MILLION * 2],
        "handshake": [UPGRADE + b"X: ", *[MILLION] * 5, b"\r\n\r\n"],
        "chunk's extension": [CHUNKED + b"1;", *[MILLION] * 5],
        "trailers": [CHUNKED + b"1\r\n{\r\n0\r\n", *[b"X: " + b"a" * 90 + b"\r\n"] * 400, b"\r\n"],
        "a trailer": [CHUNKED + b"1\r\n{\r\n0\r\nX: ", *[MILLION] * 5],
        "second of two": [READY + b"\r\n" + READY + b"X: ", *[MILLION] * 5],
        "size of a chunk": [CHUNKED + b"0" * 1_000_000],
    }.items(),
    ids=lambda case: case[0],
)
def test_what_is_no_body_has_a_bound(server, parts):
    with plain(server) as connection:
        sends(connection, *parts[1])
        content = receive(connection)
    statuses = [int(line.split()[1]) for line in content.split(b"\r\n") if line.startswith(b"HTTP/1.1")]
    assert statuses[-1:] in ([431], [400], []) or (parts[0] == "second of two" and statuses == [200])


def test_many_large_headers_at_once_keep_nobody_waiting(server):
    def flood() -> None:
        with plain(server) as connection:
            sends(connection, READY + b"X: ", *[MILLION] * 80)

    began, used = time.monotonic(), time.process_time()
    floods = [started(flood) for _ in range(3)]
    assert server.http.get("/ready").status_code == 200
    for flooding in floods:
        flooding.result(60)
    assert time.monotonic() - began < 20
    assert time.process_time() - used < 5


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"", None),
        (b"\r\n", None),
        (READY + b"X-A: ", 408),
        (b"G", 408),
        (UPGRADE, 408),
        (POST + b"Content-Length: 9\r\n\r\n{", 408),
        (CHUNKED + b"1\r\n{\r\n", 408),
        (CHUNKED + b"1\r\n{\r\n0\r\nX: ", 408),
    ],
)
def test_what_is_half_sent_does_not_last(server, hasty, sent, answered):
    with plain(server) as connection:
        sends(connection, sent)
        assert status(connection) == answered


@pytest.mark.parametrize(
    "head", [READY, POST + b"Content-Length: 900\r\n\r\n", CHUNKED], ids=["head", "body", "chunks"]
)
def test_byte_by_byte_is_no_way_around_it(server, hasty, head):
    began = time.monotonic()
    with plain(server) as connection:
        connection.sendall(head)
        with suppress(ConnectionError):
            while time.monotonic() - began < 10:
                connection.sendall(b"1\r\n \r\n" if head is CHUNKED else b"a")
                time.sleep(0.05)
                if _is_over(connection):
                    break
    assert time.monotonic() - began < 8


def _is_over(connection: socket.socket) -> bool:
    patience = connection.gettimeout()
    connection.setblocking(False)
    try:
        return connection.recv(1) is not None
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(patience)


def test_an_upload_may_take_as_long_as_it_needs_by_the_least_speed(server, hasty, monkeypatch):
    monkeypatch.setattr(bounded_http, "MIN_UPLOAD_SPEED", 1_000)
    form = b"--x\r\nContent-Disposition: form-data; name=operations\r\n\r\n" + b" " * 3_000 + BODY + b"\r\n--x--\r\n"
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {NATIONAL}\r\n"
    kind = f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(form)}\r\n\r\n"
    with plain(server) as connection:
        connection.sendall((head + kind).encode() + form[:2_900])
        time.sleep(2 * bounded_http.BODY_SECONDS)
        connection.sendall(form[2_900:])
        assert status(connection) == 400, "there is no map in it: it was read to the end"
    with plain(server) as connection:
        connection.sendall((head + kind).encode() + form[:100])
        assert status(connection) == 408


def test_a_connection_that_is_kept_stays_open_between_requests(server, hasty):
    body = POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    with plain(server) as connection:
        for request in (READY + b"\r\n", body, body + READY + b"\r\n"):
            connection.sendall(request)
            answered = b""
            while answered.count(b"HTTP/1.1 200") < request.count(b"HTTP/1.1"):
                content = connection.recv(65_536)
                assert content, answered
                answered += content
            # The next one may come later than a head, once begun, would have to be whole.
            time.sleep(2 * bounded_http.HEAD_SECONDS)


def test_trailers_are_no_headers(server):
    with plain(server) as connection:
        chunk = b"%x\r\n%s\r\n0\r\nAuthorization: Bearer x\r\nX-Forwarded-For: 8.8.8.8\r\n\r\n" % (len(BODY), BODY)
        connection.sendall(CHUNKED + chunk)
        assert b"HTTP/1.1 200" in connection.recv(65_536)
        connection.sendall(READY + b"Connection: close\r\n\r\n")
        assert status(connection) == 200


def test_who_is_answered_early_may_not_go_on_sending_for_ever(server):
    with plain(server) as connection:
        connection.sendall(POST.replace(b"json", b"text") + b"Content-Length: 900000\r\n\r\n{")
        assert status(connection) == 415
