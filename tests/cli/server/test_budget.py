"""How many connections a server takes is known before it starts, and refused in one line where it cannot have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.composition import connect
from cli.console import Refused
from cli.server.budget import check_connections, connections
from tests.application.hosting.test_database import named_by


def test_a_server_that_postgresql_cannot_admit_is_refused_with_the_numbers(database_url: str, tmp_path: Path) -> None:
    settings = named_by(database_url, tmp_path)
    assert connections(settings, 1, works=True) == 38
    assert connections(settings, 1, works=False) == 29
    assert connections(settings, 4, works=True) == 4 * 29 + 21
    reading = settings.model_copy(update={"database_read_url": ("postgresql://one/x", "postgresql://two/x")})
    assert connections(reading, 4, works=True) == 4 * 33 + 21
    with connect(database_url) as conn:
        check_connections(conn, settings, 1, works=True)
        with pytest.raises(Refused, match=r"this takes up to 1181 connections, and PostgreSQL admits 29\d \(max_conn"):
            check_connections(conn, settings, 40, works=True)
