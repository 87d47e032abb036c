"""A database in which the programme is founded, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from application.application import open_application
from application.database import temporary_database
from application.founding import found
from projections.engine import catch_up
from projections.generations import prepare
from projections.registry import projections
from tests.api.asking import FOUNDED_AT, MASTER_KEY, Town

_numbers = count(1)


@pytest.fixture(scope="session")
def founded_name(server_url: str, worker_id: str) -> Iterator[str]:
    """The name of a template database, its read models up to date."""
    name = f"api_founded_{worker_id}"
    with temporary_database(server_url, name) as url:
        with open_application(url, MASTER_KEY) as app:
            found(app, FOUNDED_AT)
            with app.pool.connection() as conn:
                prepare(conn, projections)
                catch_up(conn, app.vault)
        yield name


@pytest.fixture
def town(server_url: str, worker_id: str, founded_name: str) -> Iterator[Town]:
    with (
        temporary_database(server_url, f"api_{worker_id}_{next(_numbers)}", founded_name) as url,
        open_application(url, MASTER_KEY) as app,
    ):
        yield Town(app, url)
