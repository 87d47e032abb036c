"""Where PostgreSQL is, on real servers: named, unreachable, too old."""

from __future__ import annotations

import socket
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from application.hosting.database import (
    DatabaseUnavailable,
    check_database,
    check_server,
    open_database,
    temporary_database,
    with_database,
)
from application.hosting.settings import Settings, load_settings
from eventstore.sessions.address import bounded
from tests.support.network.pooler import pooled_by_transaction


def settings_of(home: Path, **variables: str) -> Settings:
    return load_settings({"PARENTALITE_HOME": str(home), **variables})


def named_by(url: str, home: Path) -> Settings:
    key = {
        "PARENTALITE_TOKEN_SECRET": "s" * 32,
        "PARENTALITE_MASTER_KEY": "A" * 43 + "=",
        "PARENTALITE_EVENT_KEY": "A" * 43 + "=",
        "PARENTALITE_CHECKPOINT_KEY": "A" * 43 + "=",
    }
    return settings_of(home, DATABASE_URL=url, **key)


def scalar(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row and row[0]


def test_a_database_named_by_its_url_is_used_and_left_running(database_url, tmp_path):
    with open_database(named_by(database_url, tmp_path)) as database:
        assert not database.embedded
        assert database.url == bounded(database_url)
    assert scalar(database_url, "SELECT 1") == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://me:s3cret@127.0.0.1:{closed_port}/db", "Connection refused"),
        ("postgresql://me:s3cret@name.invalid/db", "resolve"),
        ("host=127.0.0.1 port={closed_port} password=s3cret", "Connection refused"),
        ("postgresql://me:to/s3cret@host/db", "postgresql://user:password@host:5432/name is needed"),
        ("postgresql://me:to@s3cret@host/db", "postgresql://user:password@host:5432/name is needed"),
        ("mysql://me:s3cret@host/db", "postgresql://user:password@host:5432/name is needed"),
        ("postgresql+psycopg://me:s3cret@host/db", "postgresql://user:password@host:5432/name is needed"),
        ("s3cret", "postgresql://user:password@host:5432/name is needed"),
    ],
)
def test_a_wrong_or_unreachable_url_is_told_in_one_line_without_its_password(tmp_path, url, reason):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = url.format(closed_port=closed.getsockname()[1])
        with pytest.raises(DatabaseUnavailable) as refusal, open_database(named_by(url, tmp_path)):
            pass
    text = str(refusal.value)
    assert reason in text
    assert "\n" not in text
    assert "s3cret" not in text


def test_a_server_that_never_answers_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("application.hosting.database.CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/db"
        with pytest.raises(DatabaseUnavailable, match="timeout"), open_database(named_by(url, tmp_path)):
            pass


def test_a_database_that_does_not_exist_is_told_in_one_line(server_url):
    with pytest.raises(DatabaseUnavailable, match=r'^[^\n]*database "missing" does not exist[^\n]*$'):
        check_database(with_database(server_url, "missing"))


def test_a_database_in_another_encoding_than_utf_8_is_refused(server_url, worker_id):
    name = f"ascii_{worker_id}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'"
        )
        with pytest.raises(DatabaseUnavailable, match="UTF8 is needed, and DATABASE_URL leads to one in SQL_ASCII"):
            check_database(with_database(server_url, name))
        connection.execute(f"DROP DATABASE {name}")


def test_a_server_older_than_14_is_refused():
    check_server(140_000, "UTF8")
    with pytest.raises(
        DatabaseUnavailable, match=r"PostgreSQL 14 or later is needed, and DATABASE_URL leads to 13\.12"
    ):
        check_server(130_012, "UTF8")


def test_a_temporary_database_copies_its_template_and_goes_even_when_someone_is_connected(server_url, worker_id):
    with temporary_database(server_url, f"model_{worker_id}") as model:
        with psycopg.connect(model) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        with temporary_database(server_url, f"copy_{worker_id}", f"model_{worker_id}") as copy:
            assert scalar(copy, "SELECT number FROM kept") == 1
            lingering = psycopg.connect(copy)
    with pytest.raises(psycopg.OperationalError):
        lingering.execute("SELECT 1")
    count = scalar(
        server_url, f"SELECT count(*) FROM pg_database WHERE datname IN ('model_{worker_id}', 'copy_{worker_id}')"
    )
    assert count == 0


def test_the_database_of_an_address_is_replaced_in_both_forms():
    assert with_database("postgresql://me@/old?host=%2Ftmp&port=5432", "a b") == (
        "postgresql://me@/a%20b?host=%2Ftmp&port=5432"
    )
    assert with_database("host=/tmp dbname=old", "new") == "dbname=new host=/tmp"


def test_a_pooler_that_shares_sessions_is_refused_in_one_line_that_says_what_is_needed(database_url: str) -> None:
    with pooled_by_transaction(database_url) as url:
        with psycopg.connect(url, autocommit=True) as pooled:
            assert pooled.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(DatabaseUnavailable, match="pool_mode = session") as refused:
            check_database(url)
        assert "\n" not in str(refused.value)


def test_of_several_hosts_the_one_that_can_be_written_to_is_looked_for_and_no_dead_one_waited_for():
    several = conninfo_to_dict(bounded("postgresql://app@db1:5432,db2:5433/parentalite"))
    assert several["host"] == "db1,db2"
    assert several["target_session_attrs"] == "read-write"
    assert several["connect_timeout"] in ("2", 2)
    own = conninfo_to_dict(bounded("postgresql://db1,db2/parentalite?target_session_attrs=any&connect_timeout=9"))
    assert (own["target_session_attrs"], own["connect_timeout"]) == ("any", "9")
    assert "target_session_attrs" not in conninfo_to_dict(bounded("postgresql://db1/parentalite"))
