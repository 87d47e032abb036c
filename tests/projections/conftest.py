"""A database in which the programme is founded and one structure works under a convention, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from application.application import Application, open_application
from application.database import temporary_database
from application.founding import found
from tests.projections.world import FOUNDED_AT, MASTER_KEY, World

_numbers = count(1)


@pytest.fixture(scope="session")
def founded(server_url: str, worker_id: str) -> Iterator[str]:
    """The name of a template database."""
    name = f"founded_{worker_id}"
    with temporary_database(server_url, name) as url:
        with open_application(url, MASTER_KEY) as app:
            found(app, FOUNDED_AT)
            World(app).sign()
        yield name


@pytest.fixture
def fresh_url(server_url: str, worker_id: str, founded: str) -> Iterator[str]:
    with temporary_database(server_url, f"world_{worker_id}_{next(_numbers)}", founded) as url:
        yield url


@pytest.fixture
def app(fresh_url: str) -> Iterator[Application]:
    with open_application(fresh_url, MASTER_KEY) as application:
        yield application


@pytest.fixture
def world(app: Application) -> World:
    return World(app)
