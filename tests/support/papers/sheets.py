"""Uploads of signed sheets, as a browser sends them."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.support.papers.dossiers import pdf
from tests.support.people import STRUCTURE
from tests.support.server import OPERATIONS, Server

ATTACH = (OPERATIONS / "27-attach-the-signed-sheet.graphql").read_text()
SCAN = pdf()


def form(content: bytes, name: str, values: dict[str, Any]) -> dict[str, Any]:
    operations = {"query": ATTACH, "variables": {"input": values | {"file": None}}}
    return {
        "data": {"operations": json.dumps(operations), "map": '{"0": ["variables.input.file"]}'},
        "files": {"0": (name, content, "application/octet-stream")},
    }


def bearer(who: str | None) -> dict[str, str]:
    return {} if who is None else {"authorization": f"Bearer {who}"}


def send(server: Server, who: str | None, animation: str, content: bytes, name: str = "scan.pdf", **values: Any) -> Any:
    headers = bearer(who) | {"graphql-require-preflight": "1"}
    return server.http.post("/graphql", headers=headers, **form(content, name, {"animationId": animation} | values))


def attach(server: Server, animation: str, content: bytes, name: str = "scan.pdf", **values: Any) -> dict[str, Any]:
    """The payload of an upload by the structure."""
    answer = send(server, STRUCTURE, animation, content, name, **values)
    assert answer.status_code == 200, answer.text
    payload: dict[str, Any] = answer.json()["data"]["attendanceSheetAttach"]
    return payload


def problem(payload: dict[str, Any]) -> tuple[str, list[str] | None]:
    (error,) = payload["errors"]
    assert (payload["animation"], payload["position"]) == (None, None)
    return error["code"], error["field"]


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"].startswith("application/json")
    (error,) = answer.json()["errors"]
    assert error["message"]
    return answer.status_code, error["extensions"]["code"]
