"""Running servers, each on a database of its own in which the programme is founded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from application.hosting.database import temporary_database
from tests.support.people import People
from tests.support.running import found
from tests.support.server import Clock, Server, running_server

_numbers = count(1)


@pytest.fixture(scope="session")
def founded_template(server_url: str, worker_id: str) -> Iterator[str]:
    """The name of a database in which nothing has happened but the founding, read models at its head; to be copied."""
    name = f"scenarios_{worker_id}"
    with temporary_database(server_url, name) as url:
        found(url)
        yield name


@pytest.fixture
def founded_url(server_url: str, worker_id: str, founded_template: str) -> Iterator[str]:
    with temporary_database(server_url, f"scenario_{worker_id}_{next(_numbers)}", founded_template) as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(founded_url: str, clock: Clock) -> Iterator[Server]:
    with running_server(founded_url, clock) as running:
        yield running


@pytest.fixture
def people(server: Server) -> People:
    """A structure with a convention, and those it deals with."""
    return People(server)


@pytest.fixture
def over(people: People) -> str:
    """An animation that has ended."""
    people.sign()
    animation = people.declare()
    people.publish(animation)
    people.server.clock.now = people.server.clock.now.replace(month=4)
    return animation
