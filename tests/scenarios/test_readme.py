"""What README.md tells is true: its documents run in their order, what it names exists, its links lead somewhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import typer.main

from application import settings
from cli.main import app as command_line
from domain.actors import Role
from domain.errors import forbidden
from tests.application.papers import pdf
from tests.scenarios.server import Clock, Server, running_server, token

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SIRET, OTHER_SIRET = "21180033900999", "73282932000074"
TOKENS = {
    "coordonnateur": token(Role.COORDONNATEUR, territories=["18"]),
    "structure": token(Role.STRUCTURE, sirets=[SIRET]),
    "national": token(Role.NATIONAL),
    "auditor": token(Role.AUDITOR),
    "head": token(Role.HEAD, schools=["0180025E"]),
    "anybody": None,
}
STEP = re.compile(r"\*\*(\d+)\. As (\w+)\*\*.*?```graphql\n(.*?)```", re.DOTALL)
STEPS = {int(number): (who, document) for number, who, document in STEP.findall(README)}


@pytest.fixture
def server(founded_url: str):
    with running_server(founded_url, Clock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))) as running:
        yield running


class Tour:
    """A reader who pastes one step after the other, and puts in the ids that the answers gave."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.ids: dict[str, str] = {}

    def paste(self, number: int, **other: str) -> Any:
        """The answer to the step's only field; `other` puts words in the place of others."""
        who, document = STEPS[number]
        for name, value in (self.ids | other).items():
            document = document.replace(name, value)
        (answer,) = self.server.ask(document, TOKENS[who]).values()
        return answer

    def codes(self, number: int, **other: str) -> list[str]:
        return [error["code"] for error in self.paste(number, **other)["errors"]]


def test_the_tour_goes_as_it_is_told(server: Server):
    tour = Tour(server)
    assert tour.codes(1) == []
    created = tour.paste(2)["animation"]
    assert created["status"] == "SUBMITTED"
    tour.ids["ANIMATION_ID"] = created["id"]
    missing = tour.paste(2, **{'title: "Café des parents : l\'ENT sans peine",': "", ", seats: 12": ""})["errors"]
    assert {error["field"][0] for error in missing} == {"title", "seats"}
    assert [node["id"] for node in tour.paste(3)["animations"]["nodes"]] == [created["id"]]
    assert tour.paste(5)["totalCount"] == 0
    assert tour.paste(4)["animation"]["status"] == "PUBLISHED"
    assert [node["id"] for node in tour.paste(5)["nodes"]] == [created["id"]]
    clone = tour.paste(6)["animation"]
    assert (clone["status"], clone["clonedFrom"], clone["attestation"]) == ("SUBMITTED", {"id": created["id"]}, None)
    tour.ids["CLONE_ID"] = clone["id"]
    assert tour.codes(7) == ["RULE_BROKEN"]
    attested = tour.paste(8)
    assert attested["animation"]["attestation"] == {"parents": 9, "children": 7, "total": 16}
    assert tour.paste(8) == attested
    assert tour.codes(8, **{"parents: 9": "parents: 8"}) == ["DUPLICATE"]
    assert tour.codes(8, **{'idempotencyKey: "7b0c9a52-0d0e-4d6e-9a5e-5f1f5f3f0a01"': ""}) == ["RULE_BROKEN"]
    corrected = tour.paste(9)["animation"]
    assert corrected == {"version": 4, "attestation": {"total": 17, "corrections": 1}}
    assert tour.codes(9) == ["CONFLICT"]
    figures = tour.paste(10)["dashboard"]
    assert (figures["animations"], figures["attested"], figures["parents"]) == (2, 1, 10)
    assert {"month": "2026-11", "animations": 1, "parents": 10} in figures["byMonth"]
    trail = tour.paste(11)["nodes"]
    assert [entry["type"] for entry in trail] == [
        "convention.signed",
        "structure.account_opened",
        "structure.convention_attached",
        "animation.created",
        "animation.published",
        "animation.created",
        "animation.attested",
        "animation.attestation_corrected",
    ]
    (refused,) = server.errors(STEPS[11][1], token(Role.STRUCTURE, sirets=[OTHER_SIRET]))
    assert refused["extensions"]["code"] == "FORBIDDEN"
    tour.ids["CANDIDATURE_ID"] = tour.paste(12)["candidature"]["id"]
    assert tour.paste(13)["candidature"]["status"] == "VALIDATED"


def test_the_first_query_is_answered(server: Server):
    (document,) = re.findall(r"## A first query.*?```graphql\n(.*?)```", README, re.DOTALL)
    assert server.ask(document)["animations"] == {"totalCount": 0, "nodes": []}


def test_the_form_that_attaches_a_sheet_is_taken_as_it_is_told(server: Server):
    (operations,) = re.findall(r"-F 'operations=(.*?)'", README, re.DOTALL)
    (places,) = re.findall(r"-F 'map=(.*?)'", README)
    form = {"operations": operations.replace("ANIMATION_ID", str(uuid4())), "map": places}
    headers = {"authorization": f"Bearer {TOKENS['structure']}"}
    answer = server.http.post("/graphql", data=form, files={"0": ("signed.pdf", pdf())}, headers=headers)
    (error,) = answer.json()["data"]["attendanceSheetAttach"]["errors"]
    assert error["message"] == forbidden().problems[0].message


def test_every_command_is_told_of_and_exists():
    told = set(re.findall(r"^\| `parentalite (\w+)` \|", README, re.MULTILINE))
    assert told == set(typer.main.get_command(command_line).commands)  # type: ignore[attr-defined]


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", README)) <= targets


def test_the_table_of_variables_is_that_of_the_settings():
    def rows(text: str) -> dict[str, str]:
        found = re.findall(r"^\| (`[A-Z_]+`) *\| (.*?) *\|", text, re.MULTILINE)
        return dict(found)

    assert rows(README) == rows(settings.__doc__ or "")


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
