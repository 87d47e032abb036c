"""docs/tutorial.md is true: its documents are answered as it shows."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import graphql
import pytest
from graphql import FieldNode, OperationDefinitionNode
from typer.testing import CliRunner

from application.application import open_application
from application.founding import found_database
from cli.main import app as command_line
from tests.support.pages import ROOT, TUTORIAL, check_shown, shape, steps
from tests.support.running import FOUNDED_AT
from tests.support.server import MASTER_KEY, TOKEN_SECRET, Clock, Server, running_server
from tests.support.world import EVENT_KEYS

STEPS = steps()
ON_THAT_DAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STORY = "The story, to be pasted"


@pytest.fixture
def address(database_url: str) -> str:
    """A database in which the programme is founded, and nothing else has happened."""
    with open_application(database_url, MASTER_KEY, EVENT_KEYS) as application:
        found_database(application, FOUNDED_AT)
    return database_url


@pytest.fixture
def server(address: str) -> Iterator[Server]:
    with running_server(address, Clock(ON_THAT_DAY)) as running:
        yield running


@pytest.fixture
def reader(server: Server) -> Reader:
    return Reader(server, tokens())


def tokens() -> dict[str, str | None]:
    """A token for everybody of the story, made by the command that the tutorial gives for it."""
    environment = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "PARENTALITE_TOKEN_SECRET": TOKEN_SECRET,
        "PARENTALITE_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "PARENTALITE_EVENT_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "PARENTALITE_CHECKPOINT_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    }
    made: dict[str, str | None] = {}
    for who, command in TUTORIAL.table(STORY):
        made[who] = None
        if command != "none":
            outcome = CliRunner().invoke(command_line, shlex.split(command.strip("`"))[1:], env=environment)
            assert outcome.exit_code == 0, outcome.output
            made[who] = outcome.stdout.strip()
    return made


class Reader:
    """Pastes one step after the other, and puts in the ids that the answers gave."""

    def __init__(self, server: Server, held: Mapping[str, str | None]) -> None:
        self.server = server
        self.held = held
        self.ids: dict[str, str] = {}

    def goes_through(self, *numbers: int) -> None:
        """Paste the steps; each must be answered as the page shows."""
        for number in numbers:
            check_shown(STEPS[number].answer, self.answer(number), self.ids, f"step {number}")

    def answer(self, number: int, /, **instead: str) -> dict[str, Any]:
        return self.server.ask(self._document(number, instead), self.held[STEPS[number].who])

    def paste(self, number: int, changes: Mapping[str, str] | None = None) -> Any:
        """The answer to the step's only field, each of `changes` made in its document."""
        document = self._document(number, changes or {})
        (answer,) = self.server.ask(document, self.held[STEPS[number].who]).values()
        return answer

    def codes(self, number: int, changes: Mapping[str, str] | None = None) -> list[str]:
        """The errors' codes; nothing may be recorded when there is one."""
        before = self.server.log_head()
        codes = [error["code"] for error in self.paste(number, changes)["errors"]]
        assert not codes or self.server.log_head() == before
        return codes

    def as_inspector(self) -> Any:
        """What step 13 asks, with the inspector's token."""
        (answer,) = self.server.ask(self._document(13, {}), self.held["inspector"]).values()
        return answer

    def volunteers_in_the_first_degree(self) -> None:
        """Step 12 with the words that the tutorial gives for it."""
        submitted = self.paste(12, {'schoolUai: "0180025E", degree: SECOND': 'schoolUai: "0180766K", degree: FIRST'})
        self.ids["CANDIDATURE_ID"] = submitted["candidature"]["id"]

    def _document(self, number: int, changes: Mapping[str, str]) -> str:
        document = STEPS[number].document
        for words, instead in changes.items():
            assert words in document, f"step {number} does not say {words}"
            document = document.replace(words, instead)
        for name, identifier in self.ids.items():
            document = document.replace(f'"{name}"', f'"{identifier}"')
        return document


def test_every_step_is_answered_as_the_page_shows(reader: Reader):
    assert sorted(STEPS) == list(range(1, 16))
    reader.goes_through(1, 2, 3)
    assert reader.paste(5)["totalCount"] == 0
    reader.goes_through(4, 5, 6)
    assert reader.codes(4, {"ANIMATION_ID": reader.ids["CLONE_ID"]}) == []
    reader.goes_through(7, 8, 9, 10, 11)
    listed = re.search(r"After it come (.*?)\.\n", TUTORIAL.text, re.DOTALL)
    assert listed
    types = [entry["type"] for entry in reader.paste(11)["nodes"]]
    assert types == ["convention.signed", *re.findall(r"`([\w.]+)`", listed[1])]
    reader.goes_through(12, 13)
    reader.volunteers_in_the_first_degree()
    reader.goes_through(14, 15)


def test_what_the_page_says_between_the_steps_is_so(reader: Reader):
    reader.goes_through(1, 2)
    missing = reader.paste(2, {'title: "Café des parents : l\'ENT sans peine",': "", ", seats: 12": ""})["errors"]
    assert [(error["code"], error["field"]) for error in missing] == [("INVALID", ["title"]), ("INVALID", ["seats"])]
    reader.goes_through(4, 6, 8)

    before, first = reader.server.log_head(), reader.paste(8)
    check_shown(STEPS[8].answer, {"animationAttest": first}, {}, "step 8, again")
    assert reader.server.log_head() == before
    assert reader.codes(8, {"parents: 9": "parents: 8"}) == ["DUPLICATE"]
    assert reader.codes(8, {'idempotencyKey: "7b0c9a52-0d0e-4d6e-9a5e-5f1f5f3f0a01"': ""}) == ["RULE_BROKEN"]
    reader.goes_through(9)
    assert reader.codes(9) == ["CONFLICT"]

    (refused,) = reader.server.errors(STEPS[11].document, reader.held["stranger"])
    assert refused["extensions"]["code"] == "FORBIDDEN"
    assert reader.paste(15, {"ANIMATION_ID": str(uuid4())}) == reader.paste(15)

    reader.goes_through(12)
    assert [error["code"] for error in reader.as_inspector()["errors"]] == ["FORBIDDEN"]
    reader.volunteers_in_the_first_degree()
    assert [error["code"] for error in reader.as_inspector()["errors"]] == ["RULE_BROKEN"]
    assert reader.codes(14, {"favourable: true": "favourable: false"}) == []
    assert reader.as_inspector()["candidature"]["status"] == "VALIDATED"


def test_the_first_query_is_answered_in_the_form_shown_and_waits_for_min_position(reader: Reader, address: str):
    reader.goes_through(1, 2, 4)
    written = reader.server.log_head()
    section = TUTORIAL.section("A first query")
    (document,) = re.findall(r"```graphql\n(.*?)```", section, re.DOTALL)
    (shown,) = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    answer = reader.server.post({"query": document}, Min_Position=str(written)).json()["data"]
    assert shape(answer) == shape(json.loads(shown))
    assert answer["position"] >= written

    with running_server(address, Clock(ON_THAT_DAY), wait_seconds=0.01) as impatient:
        late = impatient.post({"query": document}, Min_Position=str(written + 1)).json()
    assert "data" not in late
    assert [error["extensions"]["code"] for error in late["errors"]] == re.findall(r"code\s`(\w+)`", section)


def test_every_document_and_answer_is_well_formed():
    schema = graphql.build_schema((ROOT / "graphql" / "schema.graphql").read_text(encoding="utf-8"))
    documents = TUTORIAL.blocks("graphql")
    assert len(documents) == len(TUTORIAL.blocks("json")) == len(STEPS) + 1
    assert [graphql.validate(schema, graphql.parse(document)) for document in documents] == [[]] * len(documents)


@pytest.mark.parametrize("number", [number for number, step in STEPS.items() if step.operation])
def test_each_step_asks_for_what_the_document_named_with_it_asks(number: int):
    step = STEPS[number]
    assert step.operation
    assert _operation(step.document) == _operation(step.operation.read_text(encoding="utf-8"))


def _operation(document: str) -> tuple[str, str]:
    """Whether it queries or mutates, and its first field."""
    (operation,) = graphql.parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    return operation.operation.value, field.name.value
