"""One server for all pages of a module, and visitors of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.people import People
from tests.support.running import founded_server
from tests.support.server import Server
from tests.support.visitor import Visitor


@pytest.fixture(scope="module")
def server(server_url: str, worker_id: str, request: pytest.FixtureRequest) -> Iterator[Server]:
    with founded_server(server_url, f"web_{worker_id}_{request.module.__name__.rpartition('.')[2]}") as running:
        yield running


@pytest.fixture(scope="module")
def people(server: Server) -> People:
    """A structure with a convention, and those it deals with."""
    people = People(server)
    people.sign()
    return people


@pytest.fixture
def visitor(server: Server) -> Visitor:
    return Visitor(server.address)
