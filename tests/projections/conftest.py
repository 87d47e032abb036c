"""Empty read models, for specifications that leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from application.hosting.database import temporary_database
from projections.engine.generations import prepare
from projections.registry import projections


@pytest.fixture(scope="session")
def read_models(server_url: str, worker_id: str, founded: str) -> Iterator[Connection[Any]]:
    with (
        temporary_database(server_url, f"read_models_{worker_id}", founded) as url,
        psycopg.connect(url, autocommit=True) as conn,
    ):
        prepare(conn, projections)
        yield conn
