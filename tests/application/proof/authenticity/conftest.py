"""A log with a certified dossier and a submitted one, as somebody meets it who can write in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from psycopg import Connection

from application.application import Application, open_application
from application.files.store import FileStore
from application.hosting.database import temporary_database
from tests.support.forging import lift_protection
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import EVENT_KEYS, MASTER_KEY, World

_numbers = count(1)


@pytest.fixture(scope="session")
def written(server_url: str, worker_id: str, founded: str, tmp_path_factory) -> Iterator[str]:
    name = f"forgeable_{worker_id}"
    with temporary_database(server_url, name, founded) as url:
        with open_application(url, MASTER_KEY, EVENT_KEYS) as app:
            claim = Claim(World(app), FileStore(Path(tmp_path_factory.mktemp("files"))))
            first, second = claim.attested(2)
            claim.certified(first)
            claim.submitted(second)
        yield name


class Database(Connection[Any]):
    """What somebody does who has every right on the database, and no key."""

    def position_of(self, topic: str) -> int:
        row = self.execute("SELECT max(notification_id) FROM stored_events WHERE topic = %s", (topic,)).fetchone()
        assert row is not None
        return int(row[0])

    def head(self) -> int:
        (last,) = self.execute("SELECT max(notification_id) FROM stored_events").fetchone() or (0,)
        return int(last)

    def stream_with(self, topic: str, without: str = "") -> UUID:
        query = """
        SELECT originator_id FROM stored_events GROUP BY 1
        HAVING bool_or(topic = %s) AND NOT bool_or(topic = %s) ORDER BY max(notification_id) DESC LIMIT 1"""
        (stream,) = self.execute(query, (topic, without)).fetchone() or (None,)
        assert stream is not None
        return UUID(str(stream))

    def inserts(self, stream: UUID, topic: str, data: dict[str, Any], ahead: int = 1, **columns: Any) -> int:
        """Insert an event that nobody recorded, as the log would hold it. Return its position."""
        query = "SELECT coalesce(max(originator_version), 0) + %s FROM stored_events WHERE originator_id = %s"
        (version,) = self.execute(query, (ahead, stream)).fetchone() or (1,)
        stamp = {
            **{"recorded_at": "2026-11-26T00:00:00Z", "actor": "coordonnateur-971", "role": "coordonnateur"},
            **{"command_id": str(uuid4()), "cause": "command:none", "structure_id": None, "territory": None},
        }
        row = {
            **{"originator_id": stream, "originator_version": version, "topic": topic},
            **{"state": orjson.dumps({"schema_version": 1, "stamp": stamp, "data": data})},
            **columns,
        }
        names, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
        statement = f"INSERT INTO stored_events ({names}) VALUES ({places}) RETURNING notification_id"
        (position,) = self.execute(statement.encode(), row).fetchone() or (0,)
        return int(position)


@pytest.fixture
def written_url(server_url: str, worker_id: str, written: str) -> Iterator[str]:
    with temporary_database(server_url, f"forged_{worker_id}_{next(_numbers)}", written) as url:
        yield url


@pytest.fixture
def database(written_url: str) -> Iterator[Database]:
    with Database.connect(written_url, autocommit=True) as conn:
        lift_protection(conn)
        yield conn


@pytest.fixture
def app_of(written_url: str) -> Iterator[Callable[[Database], Application]]:
    """Opens the application on the database, and lifts again what that protects."""
    with ExitStack() as stack:

        def opened(database: Database) -> Application:
            app = stack.enter_context(open_application(written_url, MASTER_KEY, EVENT_KEYS))
            lift_protection(database)
            return app

        yield opened
