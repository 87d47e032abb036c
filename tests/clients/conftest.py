"""A server on which the story is about to begin, and the packages of the clients that are written in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.clients.stage import HERE, Beginning, prepare
from tests.support.network.npm import installed_from
from tests.support.people import People
from tests.support.running import founded_server
from tests.support.server import Server

_numbers = count(1)


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder that holds `node_modules`."""
    return installed_from(HERE)


@pytest.fixture
def server(server_url: str, worker_id: str) -> Iterator[Server]:
    with founded_server(server_url, f"clients_{worker_id}_{next(_numbers)}") as running:
        yield running


@pytest.fixture
def beginning(server: Server) -> Beginning:
    return prepare(People(server))
