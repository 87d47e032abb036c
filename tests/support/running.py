"""A running server on a database of its own, in which the programme is founded and nothing else has happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from application.application import open_application
from application.founding import found_database
from application.hosting.database import temporary_database
from application.proof.signer.naming import name_log
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.registry import projections
from tests.support.server import MASTER_KEY, Clock, Server, running_server
from tests.support.world import EVENT_KEYS, LOG_NAME

FOUNDED_AT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def found(database_url: str) -> None:
    """Found the programme in an empty database, read models at its head."""
    with open_application(database_url, MASTER_KEY, EVENT_KEYS) as application:
        found_database(application, FOUNDED_AT)
        with application.pool.connection() as conn:
            name_log(conn, LOG_NAME)
            prepare(conn, projections)
            catch_up(conn, application.vault)


@contextmanager
def founded_server(server_url: str, database: str, **options: Any) -> Iterator[Server]:
    with temporary_database(server_url, database) as url:
        found(url)
        with running_server(url, Clock(), **options) as running:
            yield running
