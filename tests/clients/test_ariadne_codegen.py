"""A typed client, generated as the documentation says, lives the story and walks through the tutorial."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse

from api.publishing.documentation import page
from api.schema import schema
from domain.kernel.actors import Role
from tests.clients.stage import HERE, SCHEMA, Beginning, diary, expected, run
from tests.support.network.pypi import installed
from tests.support.server import OPERATIONS, Server, token

#: It asks for an earlier graphql-core than ours.
GENERATOR = "ariadne-codegen[subscriptions]==0.19.0"
STORIES = ("ariadne_story.py", "ariadne_tutorial.py")
#: What the generator copies into every client as it is assigns types where websockets is missing.
MYPY = """
[mypy]
plugins = pydantic.mypy
[mypy-parentalite_client.async_base_client]
ignore_errors = True
"""
TOKENS = {
    "coordonnateur": token(Role.COORDONNATEUR, territories=["18"]),
    "structure": token(Role.STRUCTURE, sirets=["21180033900999"]),
    "national": token(Role.NATIONAL),
    "auditor": token(Role.AUDITOR),
    "head": token(Role.HEAD, schools=["0180025E"]),
    "director": token(Role.DIRECTOR, schools=["0180766K"]),
    "inspector": token(Role.INSPECTOR, schools=["0180766K"]),
    "stranger": token(Role.STRUCTURE, "stranger", sirets=["73282932000074"]),
}


@pytest.fixture(scope="module")
def programs() -> Path:
    return installed("ariadne-codegen-0.19.0", GENERATOR)


@pytest.fixture(scope="module")
def folder(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A client's project, as the documentation says, with the generated client in it."""
    project = tmp_path_factory.mktemp("client")
    (settings,) = re.findall(r"```toml\n(.*?)```", page(schema), re.DOTALL)
    (project / "pyproject.toml").write_text(settings)
    (project / "graphql").mkdir()
    shutil.copy(SCHEMA, project / "graphql")
    shutil.copytree(OPERATIONS, project / "graphql" / "operations")
    for document in (HERE / "story").glob("*.graphql"):
        shutil.copy(document, project / "graphql" / "operations")
    for name in STORIES:
        shutil.copy(HERE / name, project)
    (project / "mypy.ini").write_text(MYPY)
    run([str(programs / "ariadne-codegen")], project)
    return project


def _operations() -> list[str]:
    """The names of the operations of all documents: one each, or the client would lack some."""
    names = []
    for path in sorted(OPERATIONS.glob("*.graphql")):
        (operation,) = parse(path.read_text(encoding="utf-8")).definitions
        assert isinstance(operation, OperationDefinitionNode), path
        assert operation.name, path
        names.append(operation.name.value)
    return names


def test_documents_for_clients_hold_one_operation_each_of_a_name_of_its_own():
    names = _operations()
    assert len(names) > 50
    assert sorted(set(names)) == sorted(names)


def test_every_document_is_a_method_of_the_client(folder: Path):
    methods = set(re.findall(r"def (\w+)\(", (folder / "parentalite_client" / "client.py").read_text()))
    assert {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in _operations()} <= methods


def test_the_client_and_the_stories_that_use_it_are_typed_strictly(folder: Path, programs: Path):
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(programs / "python")]
    run([*command, "parentalite_client", *STORIES], folder, seconds=300)


def test_it_lives_the_story(folder: Path, programs: Path, beginning: Beginning):
    assert diary([str(programs / "python"), "ariadne_story.py"], folder, beginning) == expected()


def test_the_client_walks_through_the_tutorial(folder: Path, programs: Path, server: Server):
    settings = json.dumps({"address": server.address, "tokens": TOKENS})
    run([str(programs / "python"), "ariadne_tutorial.py"], folder, settings)
    assert server.log_head() > 20
