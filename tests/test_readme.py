"""README.md is true: its documents are answered as it tells, and all that it names exists."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import graphql
import platformdirs
import psycopg
import pytest
import typer.main
from graphql import FieldNode, OperationDefinitionNode
from psycopg import sql
from typer.core import TyperGroup
from typer.testing import CliRunner

from application.application import open_application
from application.founding import found
from application.hosting import settings
from application.hosting.database import OLDEST_VERSION, temporary_database
from application.hosting.settings import Settings, load_settings
from cli.composition import open_everything, utc_now
from cli.main import app as command_line
from domain.kernel.errors import forbidden
from projections.engine.rebuild import rebuild
from tests.scenarios.conftest import FOUNDED_AT
from tests.support import readme_page
from tests.support.papers import pdf
from tests.support.readme_page import ROOT, TEXT
from tests.support.server import MASTER_KEY, TOKEN_SECRET, Clock, Server, running_server

STEPS = readme_page.steps()
ON_THAT_DAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STORY = "The story, to be pasted"


@pytest.fixture
def address(database_url: str) -> str:
    """A database in which the programme is founded, and nothing else has happened."""
    with open_application(database_url, MASTER_KEY) as application:
        found(application, FOUNDED_AT)
    return database_url


@pytest.fixture
def server(address: str) -> Iterator[Server]:
    with running_server(address, Clock(ON_THAT_DAY)) as running:
        yield running


@pytest.fixture
def reader(server: Server) -> Reader:
    return Reader(server, tokens())


def tokens() -> dict[str, str | None]:
    """A token for everybody of the story, made by the command that README gives for it."""
    environment = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "PARENTALITE_TOKEN_SECRET": TOKEN_SECRET,
        "PARENTALITE_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "PARENTALITE_CHECKPOINT_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    }
    made: dict[str, str | None] = {}
    for who, command in readme_page.table(STORY):
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
        """Pastes the steps; each must be answered as it is told."""
        for number in numbers:
            readme_page.check_told(STEPS[number].answer, self.answer(number), self.ids, f"step {number}")

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
        """Step 12 with the words that README gives for it."""
        submitted = self.paste(12, {'schoolUai: "0180025E", degree: SECOND': 'schoolUai: "0180766K", degree: FIRST'})
        self.ids["CANDIDATURE_ID"] = submitted["candidature"]["id"]

    def _document(self, number: int, changes: Mapping[str, str]) -> str:
        document = STEPS[number].document
        for said, instead in changes.items():
            assert said in document, f"step {number} does not say {said}"
            document = document.replace(said, instead)
        for name, identifier in self.ids.items():
            document = document.replace(f'"{name}"', f'"{identifier}"')
        return document


def test_every_step_of_the_tour_is_answered_as_it_is_told(reader: Reader):
    assert sorted(STEPS) == list(range(1, 16))
    reader.goes_through(1, 2, 3)
    assert reader.paste(5)["totalCount"] == 0
    reader.goes_through(4, 5, 6)
    assert reader.codes(4, {"ANIMATION_ID": reader.ids["CLONE_ID"]}) == []
    reader.goes_through(7, 8, 9, 10, 11)
    told = re.search(r"After it come (.*?)\.\n", TEXT, re.DOTALL)
    assert told
    types = [entry["type"] for entry in reader.paste(11)["nodes"]]
    assert types == ["convention.signed", *re.findall(r"`([\w.]+)`", told[1])]
    reader.goes_through(12, 13)
    reader.volunteers_in_the_first_degree()
    reader.goes_through(14, 15)


def test_what_is_said_between_the_steps_is_so(reader: Reader):
    reader.goes_through(1, 2)
    missing = reader.paste(2, {'title: "Café des parents : l\'ENT sans peine",': "", ", seats: 12": ""})["errors"]
    assert [(error["code"], error["field"]) for error in missing] == [("INVALID", ["title"]), ("INVALID", ["seats"])]
    reader.goes_through(4, 6, 8)

    before, first = reader.server.log_head(), reader.paste(8)
    readme_page.check_told(STEPS[8].answer, {"animationAttest": first}, {}, "step 8, again")
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


def test_the_first_query_is_answered_in_the_form_told_and_min_position_is_waited_for(reader: Reader, address: str):
    reader.goes_through(1, 2, 4)
    written = reader.server.log_head()
    asked = readme_page.section("A first query")
    (document,) = re.findall(r"```graphql\n(.*?)```", asked, re.DOTALL)
    (told,) = re.findall(r"```json\n(.*?)```", asked, re.DOTALL)
    answered = reader.server.post({"query": document}, Min_Position=str(written)).json()["data"]
    assert readme_page.shape(answered) == readme_page.shape(json.loads(told))
    assert answered["position"] >= written

    with running_server(address, Clock(ON_THAT_DAY), wait_seconds=0.01) as impatient:
        late = impatient.post({"query": document}, Min_Position=str(written + 1)).json()
    assert "data" not in late
    assert [error["extensions"]["code"] for error in late["errors"]] == re.findall(r"code\s`(\w+)`", asked)


def test_every_document_and_answer_is_well_formed():
    schema = graphql.build_schema((ROOT / "graphql" / "schema.graphql").read_text(encoding="utf-8"))
    documents = readme_page.blocks("graphql")
    assert len(documents) == len(readme_page.blocks("json")) == len(STEPS) + 1
    assert [graphql.validate(schema, graphql.parse(document)) for document in documents] == [[]] * len(documents)


@pytest.mark.parametrize("number", [number for number, step in STEPS.items() if step.operation])
def test_each_step_asks_for_what_the_document_named_with_it_asks(number: int):
    step = STEPS[number]
    assert step.operation
    assert _asked(step.document) == _asked(step.operation.read_text(encoding="utf-8"))


def _asked(document: str) -> tuple[str, str]:
    """Whether it queries or mutates, and its first field."""
    (operation,) = graphql.parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    return operation.operation.value, field.name.value


def _commands() -> dict[str, set[str]]:
    """The options of every command, by the words it is called with."""
    top = typer.main.get_command(command_line)
    assert isinstance(top, TyperGroup)
    found = {}
    for name, command in top.commands.items():
        found[name] = _options(command)
        if isinstance(command, TyperGroup):
            found |= {f"{name} {each}": _options(below) for each, below in command.commands.items()}
    return found


def _options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts} | {"--help"}


def test_every_command_that_is_named_exists_with_its_options():
    commands = _commands()
    named = [line.partition("#")[0] for block in readme_page.blocks("sh") for line in block.splitlines()]
    called = [span.split()[1:] for span in [*named, *readme_page.code()] if span.startswith("parentalite ")]
    assert called
    for words in called:
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in commands), None)
        assert name, f"there is no parentalite {' '.join(words)}"
        options = {word for word in words if word.startswith("-")}
        assert options <= commands[name], words


def test_the_table_of_commands_tells_of_every_one_and_of_options_that_it_has():
    commands = _commands()
    rows = {name.strip("`").removeprefix("parentalite "): what for name, what in readme_page.table("Command line")}
    assert set(rows) == {name for name in commands if " " not in name}
    for name, what in rows.items():
        assert set(re.findall(r"`(--[\w-]+)", what)) <= commands[name], name


def test_every_make_target_and_variable_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets, variables = (set(re.findall(form, makefile, re.MULTILINE)) for form in (r"^([a-z-]+):", r"^([A-Z]+) \?="))
    lines = [line.partition("#")[0] for block in readme_page.blocks("sh") for line in block.splitlines()]
    called = [span.split()[1:] for span in [*lines, *readme_page.code()] if span.startswith("make ")]
    assert ["demo"] in called
    assert ["test"] in called
    for target, *assigned in called:
        assert target in targets
        assert {name.partition("=")[0] for name in assigned} <= variables


class Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def test_the_table_of_variables_tells_of_all_that_is_read_and_of_its_defaults(tmp_path):
    told = {name.strip("`"): (default, meaning) for name, default, meaning in readme_page.table("Configuration")}
    environ = Asked({"PARENTALITE_HOME": str(tmp_path)})
    read = load_settings(environ)
    assert set(told) == {name for name in environ.names if not name.endswith("_FILE")}

    assert told["DATABASE_URL"][0] == "the embedded PostgreSQL"
    assert read.embedded
    assert told["PARENTALITE_HOME"][0] == "`parentalite` in the user's data"
    assert platformdirs.user_data_path("parentalite").name == "parentalite"
    for name, file in (
        ("PARENTALITE_TOKEN_SECRET", "token-secret"),
        ("PARENTALITE_MASTER_KEY", "master-key"),
        ("PARENTALITE_CHECKPOINT_KEY", "checkpoint-key"),
    ):
        assert told[name][0] == "embedded: made, kept in `keys`"
        assert (tmp_path / "keys" / file).exists()
    assert told["PARENTALITE_CHECKPOINT_SECONDS"][0] == f"`{read.checkpoint_seconds:g}`"
    assert told["PARENTALITE_WAIT_SECONDS"][0] == f"`{read.wait_seconds:g}`"
    assert told["PARENTALITE_LOG_LEVEL"][0] == f"`{read.log_level}`"

    assert f"{OLDEST_VERSION}+" in told["DATABASE_URL"][1]
    assert f"{settings.SHORTEST_TOKEN_SECRET} characters or more" in told["PARENTALITE_TOKEN_SECRET"][1]
    assert f"base64 of {settings.MASTER_KEY_BYTES} bytes" in told["PARENTALITE_MASTER_KEY"][1]
    assert f"1 to {settings.LONGEST_CHECKPOINT_SECONDS:.0f}" in told["PARENTALITE_CHECKPOINT_SECONDS"][1]
    assert f"0 to {settings.LONGEST_WAIT_SECONDS:g} seconds" in told["PARENTALITE_WAIT_SECONDS"][1]
    assert tuple(re.findall(r"`(\w+)`", told["PARENTALITE_LOG_LEVEL"][1])) == settings.LOG_LEVELS


def test_the_rights_told_are_enough_to_run_and_rebuild(server_url: str, worker_id: str, tmp_path):
    (grants,) = readme_page.blocks("sql")
    name = f"readme_{worker_id}"
    with temporary_database(server_url, name) as url, psycopg.connect(url, autocommit=True) as conn:
        role = sql.Identifier(name)
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        try:
            conn.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
            conn.execute(re.sub(r"\bparentalite\b", name, grants).encode())
            own = url.replace("postgres@", f"{name}@")
            given = Settings(
                home=tmp_path,
                database_url=own,
                token_secret=TOKEN_SECRET,
                master_key=MASTER_KEY,
                checkpoint_key=MASTER_KEY,
                files=tmp_path / "files",
            )
            with open_everything(given) as opened:
                found(opened.application, utc_now())
                assert rebuild(own, MASTER_KEY, []) > 0
            with open_everything(given):
                pass
        finally:
            conn.execute(sql.SQL("DROP OWNED BY {}").format(role))
            conn.execute(sql.SQL("DROP ROLE {}").format(role))


def test_every_link_and_every_path_that_is_named_leads_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    paths = [span for span in readme_page.code() if re.fullmatch(r"[\w.]+/[\w./-]*", span)]
    assert links
    assert paths
    assert [link for link in [*links, *paths] if not (ROOT / link.partition("#")[0]).exists()] == []


def test_nothing_leads_to_a_machine_or_a_place_that_readers_do_not_have():
    assert set(re.findall(r"https?://[\w.:-]+", TEXT)) == {"http://127.0.0.1:8000"}
    assert re.findall(r"\.\./|(?<![\w.~])/(?:home|root|work|tmp|usr|var)\b", TEXT) == []


def test_the_form_that_attaches_a_sheet_is_taken_as_it_is_told(server: Server):
    (operations,) = re.findall(r"-F 'operations=(.*?)'", TEXT, re.DOTALL)
    (places,) = re.findall(r"-F 'map=(.*?)'", TEXT)
    form = {"operations": operations.replace("ANIMATION_ID", str(uuid4())), "map": places}
    headers = {"authorization": f"Bearer {tokens()['structure']}"}
    answer = server.http.post("/graphql", data=form, files={"0": ("signed.pdf", pdf())}, headers=headers)
    (error,) = answer.json()["data"]["attendanceSheetAttach"]["errors"]
    assert error["message"] == forbidden().problems[0].message
