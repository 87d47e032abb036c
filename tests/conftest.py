"""A real PostgreSQL for every test that asks for one: one server for all workers, an empty database for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from application.application import Application, open_application
from application.founding import found_database
from application.hosting.database import temporary_database
from application.hosting.embedded_server import embedded_server
from application.proof.signer.naming import name_log
from tests.support.world import EVENT_KEYS, FOUNDED_AT, LOG_NAME, MASTER_KEY, World

# What a power cut would destroy is a temporary folder. A test about that has its own server, with the defaults.
_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300"}

#: Rooms whose tests start servers of their own.
_ROOMS_WITH_SERVERS = ("cli", "clients", "demo", "scenarios", "web")

# Tests never time: on a busy machine every example is slow.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

#: A file system in memory, where there is one.
_MEMORY, _ENOUGH_BYTES = Path("/dev/shm"), 4 << 30

_numbers = count(1)
_server_home = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """The controller of the workers makes the server's folder; each worker hears of it."""
    if _has_room_in_memory():
        # A copied database is 780 files: 20 ms in memory, 30 to 600 ms on a disk, by its age. Child processes follow.
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None
    home = getattr(config, "workerinput", {}).get("server_home")
    config.stash[_server_home] = Path(home or tempfile.mkdtemp(prefix="parentalite-tests-"))


def _has_room_in_memory() -> bool:
    return (
        "TMPDIR" not in os.environ
        and _MEMORY.is_dir()
        and os.access(_MEMORY, os.W_OK)
        and shutil.disk_usage(_MEMORY).free >= _ENOUGH_BYTES
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    node.workerinput["server_home"] = str(node.config.stash[_server_home])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(config.stash[_server_home], ignore_errors=True)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import nothing of the rooms with servers for `make test-fast`: to collect them takes half its time."""
    room = collection_path.parent == config.rootpath / "tests" and collection_path.name
    return True if config.getoption("markexpr") == "not db" and room in _ROOMS_WITH_SERVERS else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark `db` whatever needs a PostgreSQL, by its fixtures or by its room: `make test-fast` leaves it out."""
    for item in items:
        room = item.path.relative_to(config.rootpath / "tests").parts[0]
        if room in _ROOMS_WITH_SERVERS or "server_url" in getattr(item, "fixturenames", ()):
            item.add_marker("db")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where PARENTALITE_NOTHING_SKIPPED is set, as in .ci/run, what is missing for a test fails it."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("PARENTALITE_NOTHING_SKIPPED"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{item.nodeid}: nothing may be skipped here. {reason}"
    return report


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The test server's database `postgres`: for `temporary_database`, never for a test's own tables."""
    with embedded_server(request.config.stash[_server_home] / "postgres", _FAST) as url:
        yield url


@pytest.fixture
def database_url(server_url: str, worker_id: str) -> Iterator[str]:
    """The address of a fresh, empty database of the test's own."""
    with temporary_database(server_url, f"test_{worker_id}_{next(_numbers)}") as url:
        yield url


@pytest.fixture
def short_tmp_path() -> Iterator[Path]:
    """A temporary folder with a short name, fit for PARENTALITE_HOME: pytest's own is too long for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="pl-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def founded(server_url: str, worker_id: str) -> Iterator[str]:
    """The name of a template database: the programme is founded, one structure works under a convention."""
    name = f"founded_{worker_id}"
    with temporary_database(server_url, name) as url:
        with open_application(url, MASTER_KEY, EVENT_KEYS) as app:
            found_database(app, FOUNDED_AT)
            World(app).sign()
            with app.pool.connection() as conn:
                name_log(conn, LOG_NAME)
        yield name


@pytest.fixture
def fresh_url(server_url: str, worker_id: str, founded: str) -> Iterator[str]:
    with temporary_database(server_url, f"world_{worker_id}_{next(_numbers)}", founded) as url:
        yield url


@pytest.fixture
def app(fresh_url: str) -> Iterator[Application]:
    with open_application(fresh_url, MASTER_KEY, EVENT_KEYS) as application:
        yield application


@pytest.fixture
def world(app: Application) -> World:
    return World(app)
