"""Rights, then state, then the file: what nobody may attach is not looked at, and what may be is opened once."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.core.commanding import attaching
from application.files.scans import Scan, scan_of
from tests.support.papers.dossiers import pdf, png
from tests.support.papers.sheets import SCAN, attach, bearer, problem, send
from tests.support.people import OTHER_STRUCTURE, PARENT, STRUCTURE, People
from tests.support.server import Server

ATTACH = "attendanceSheetAttach(input: $v{}) {{ errors {{ code field message }} }}"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the files that were looked at."""
    sizes: list[int] = []

    def noted(path: Path, size: int) -> Scan:
        sizes.append(size)
        return scan_of(path, size)

    monkeypatch.setattr(attaching, "scan_of", noted)
    return sizes


@pytest.mark.parametrize("who", [PARENT, OTHER_STRUCTURE], ids=["parent", "other structure"])
def test_a_file_of_who_has_no_right_is_not_looked_at(server: Server, over: str, opened: list[int], who: str):
    for animation in (over, str(uuid4())):
        (error,) = send(server, who, animation, SCAN).json()["data"]["attendanceSheetAttach"]["errors"]
        assert error["code"] == "FORBIDDEN"
    assert opened == []


def test_a_file_that_the_state_does_not_admit_is_not_looked_at(server: Server, people: People, opened: list[int]):
    people.sign()
    to_come = people.declare()
    people.publish(to_come)
    assert problem(attach(server, to_come, SCAN))[0] == "RULE_BROKEN"
    assert problem(attach(server, to_come, b"no scan"))[0] == "RULE_BROKEN"
    assert opened == []


def test_a_stale_version_is_told_before_the_file_is_looked_at(server: Server, over: str, opened: list[int]):
    assert problem(attach(server, over, SCAN, expectedVersion=1))[0] == "CONFLICT"
    assert opened == []


@pytest.mark.parametrize("content", [SCAN, b"%PDF-1.7\n" + b"\xff" * 500], ids=["whole", "broken"])
def test_a_file_is_opened_once_for_a_document(server: Server, over: str, opened: list[int], content: bytes):
    names = [f"v{place}" for place in range(4)]
    declared = ", ".join(f"${name}: AttendanceSheetAttachInput!" for name in names)
    fields = " ".join(f"m{place}: " + ATTACH.format(place) for place in range(len(names)))
    operations = {
        "query": f"mutation({declared}) {{ {fields} }}",
        "variables": {name: {"animationId": over, "file": None} for name in names},
    }
    answer = server.http.post(
        "/graphql",
        headers=bearer(STRUCTURE),
        data={"operations": json.dumps(operations), "map": json.dumps({"0": [f"variables.{n}.file" for n in names]})},
        files={"0": ("scan.pdf", content, "application/pdf")},
    )
    refusals = [payload["errors"] for payload in answer.json()["data"].values()]
    assert opened == [len(content)]
    assert all(errors == refusals[1] for errors in refusals[1:])
    assert refusals[0] == [] if content == SCAN else refusals[0][0]["field"] == ["file"]


def test_a_repeated_upload_answers_with_the_first_outcome(server: Server, over: str):
    key = str(uuid4())
    first = attach(server, over, SCAN, idempotencyKey=key)
    assert first["errors"] == []
    again = attach(server, over, SCAN, idempotencyKey=key)
    assert (again["errors"], again["position"]) == ([], first["position"])
    assert problem(attach(server, over, png(), idempotencyKey=key))[0] == "DUPLICATE"


def test_a_file_writes_at_most_one_line_of_log(server: Server, over: str, caplog: pytest.LogCaptureFixture, capfd: Any):
    chatty = pdf() + b"startxref\n" * 5_000
    with caplog.at_level(logging.DEBUG):
        attach(server, over, chatty)
    assert (
        len([record for record in caplog.records if record.name.startswith(("pypdf", "PIL", "application.files.scan"))])
        <= 1
    )
    assert "startxref" not in capfd.readouterr().err
