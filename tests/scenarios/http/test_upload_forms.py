"""Forms with a file in them: where they may come from, how large they are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.papers.sheets import ATTACH, SCAN, bearer, form, problem, refused, send
from tests.support.people import STRUCTURE
from tests.support.server import Server


def test_a_form_that_another_site_could_post_is_refused(server: Server, over: str):
    answer = server.http.post("/graphql", **form(SCAN, "scan.pdf", {"animationId": over}))
    assert refused(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")
    with_token = server.http.post("/graphql", headers=bearer(STRUCTURE), **form(SCAN, "a.pdf", {"animationId": over}))
    assert with_token.json()["data"]["attendanceSheetAttach"]["errors"] == []


def test_nobody_unknown_makes_the_server_take_a_large_body(server: Server, over: str):
    assert refused(send(server, None, over, bytes(2_000_000))) == (413, "TOO_LARGE")


def test_a_body_without_end_is_refused_on_the_way(server: Server, over: str):
    body = form(b"", "scan.pdf", {"animationId": over})
    request = server.http.build_request("POST", "/graphql", **body)
    head, tail = request.read().split(b"application/octet-stream\r\n\r\n")

    def endless() -> Iterator[bytes]:
        yield head + b"application/octet-stream\r\n\r\n"
        for _ in range(40):
            yield bytes(1_000_000)
        yield tail

    headers = bearer(STRUCTURE) | {"content-type": request.headers["content-type"]}
    answer = server.http.post("/graphql", content=endless(), headers=headers)
    assert refused(answer) == (413, "TOO_LARGE")
    assert "20 Mo" in answer.json()["errors"][0]["message"]


def test_a_file_named_in_json_is_no_file(server: Server, over: str):
    values = {"animationId": over, "file": "scan.pdf"}
    payload = server.ask(ATTACH, STRUCTURE, input=values)["attendanceSheetAttach"]
    assert problem(payload) == ("INVALID", ["file"])


@pytest.mark.parametrize(
    ("operations", "places"),
    [
        ("", "{}"),
        ("[]", "{}"),
        ('"x"', "{}"),
        ("{", "{}"),
        ('{"query": "{ position }"}', "[]"),
        ('{"query": "{ position }"}', '{"1": ["variables.file"]}'),
        ('{"query": "{ position }"}', '{"0": "variables.file"}'),
        ('{"query": "{ position }"}', '{"0": [7]}'),
        ('{"query": "{ position }"}', '{"0": ["query"]}'),
        ('{"query": "{ position }"}', '{"0": ["variables"]}'),
        ('{"query": "{ position }"}', '{"0": ["variables.file"]}'),
        ('{"query": "{ position }", "variables": {"files": []}}', '{"0": ["variables.files.0"]}'),
        ('{"query": "{ position }", "variables": {"files": [null]}}', '{"0": ["variables.files.one"]}'),
        ('{"query": "{ position }", "variables": {"file": 7}}', '{"0": ["variables.file.name"]}'),
        ('{"query": "{ position }", "variables": {"file": "taken"}}', '{"0": ["variables.file"]}'),
        ('{"query": 7, "variables": {"file": null}}', '{"0": ["variables.file"]}'),
    ],
)
def test_a_malformed_form_is_a_client_error(operations: str, places: str, server: Server):
    answer = server.http.post(
        "/graphql",
        data={"operations": operations, "map": places},
        files={"0": ("scan.pdf", SCAN)},
        headers=bearer(STRUCTURE),
    )
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("body", [b"", b"--x", b"\xff" * 900, b"--x\r\n\r\nno name\r\n--x--\r\n"])
def test_a_form_that_is_none_is_a_client_error(body: bytes, server: Server):
    headers = bearer(STRUCTURE) | {"content-type": "multipart/form-data; boundary=x"}
    assert server.http.post("/graphql", content=body, headers=headers).status_code == 400
    headers["content-type"] = "multipart/form-data"
    assert server.http.post("/graphql", content=body, headers=headers).status_code == 400


def test_two_files_in_a_form_are_one_too_many(server: Server, over: str):
    body = form(SCAN, "scan.pdf", {"animationId": over})
    body["files"]["1"] = ("other.pdf", SCAN)
    assert server.http.post("/graphql", headers=bearer(STRUCTURE), **body).status_code == 400
