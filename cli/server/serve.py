"""`parentalite serve` and `parentalite project`: the processes that run while the site is open."""

from __future__ import annotations

import logging
import socket
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import sleep
from typing import Annotated

import psycopg
import typer

from application.founding import found_database
from application.hosting.database import open_database
from application.hosting.settings import Settings, SettingsError
from application.proof.signing_rules import record_who_signs
from cli.composition import Conn, Runtime, open_everything, settings_from_environment, utc_now
from cli.console import Refused, Stopped, note
from cli.options import Host, Port, Verbose, set_up_server_logs
from cli.read_models.readiness import built_by_other_code, check_read_models
from cli.server.background import background_work
from cli.server.budget import check_connections
from cli.server.serving import address_of, run_api, take_address
from cli.server.workers import Inherited, Supervisor
from eventstore.log import head
from eventstore.sessions.log_memory import SEEN_FILE, WAY_ON, LogWentBack
from projections.engine.generations import State, generations

log = logging.getLogger("parentalite.serve")

#: Between two looks whether read models were rebuilt for this code.
_LOOK_SECONDS = 0.5

#: The option by which a supervisor hands over to its process.
Worker = Annotated[str | None, typer.Option("--worker", hidden=True)]

Wait = Annotated[
    bool,
    typer.Option("--wait", help="Start also where read models have to be rebuilt first: /ready is 503 until they are."),
]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    project: Annotated[
        bool,
        typer.Option(
            "--project/--no-project",
            help="Also keep the read models up to date in this process; one process does so at a time. With "
            "--no-project, run `parentalite project` beside the servers.",
        ),
    ] = True,
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            "-w",
            min=1,
            max=64,
            help="Processes that answer on this port. With more than one, a further process does the background work, "
            "SIGHUP replaces all of them one by one without failing a request, and PostgreSQL sees the connections of "
            "one server for each.",
        ),
    ] = 1,
    wait: Wait = False,
    worker: Worker = None,
    verbose: Verbose = False,
) -> None:
    """Serve the GraphQL API until Ctrl-C or SIGTERM.

    Creates what is missing in an empty database: tables, territories, typology. Answers at /graphql (GraphiQL in a
    browser), /health and /ready. Logs are JSON lines on standard error, without personal data.

    Takes up to 38 connections to PostgreSQL, one more for each of e-mails, text messages, time stamps and witnesses;
    with --no-project 29, and so many for each of --workers, beside 21. Refuses to start where PostgreSQL cannot admit
    them.

    Refuses to start on read models built by other code, and names the command that rebuilds them; with --wait it
    starts, and is ready once they are rebuilt.
    """
    settings = settings_from_environment()
    inherited = None if worker is None else Inherited.read(worker)
    listening = take_address(host, port) if inherited is None else inherited.socket()
    with listening as listener, ExitStack() as stack:
        set_up_server_logs(settings, verbose)
        check_links(settings)
        settings = settings.served_at(address_of(listener))
        if workers > 1:
            _serve_by_workers(settings, listener, workers, project, verbose, wait)
            return
        opened = stack.enter_context(open_everything(settings))
        with opened.connection() as conn:
            check_connections(conn, settings, 1, project)
        get_ready(opened, waits=wait)
        tell_who_signs(opened)
        if project:
            stack.enter_context(background_work(opened))
        try:
            run_api(opened, listener, lambda: _tell_serving(listener, opened, inherited), inherited=inherited)
        except Stopped:
            log.info("stopped")


def _tell_serving(listener: socket.socket, opened: Runtime, inherited: Inherited | None) -> None:
    log.info("serving", extra={"address": address_of(listener)})
    if inherited is not None:
        _tell_supervisor(opened, inherited)


def _tell_supervisor(opened: Runtime, inherited: Inherited) -> None:
    """Tell that this process works now and, once a rebuild that it waits for is over, that it may follow another."""
    inherited.tell_started()

    def tell_once_current() -> None:
        while True:
            with suppress(psycopg.Error), opened.connection() as conn:
                if not built_by_other_code(conn):
                    inherited.tell_current()
                    return
            sleep(_LOOK_SECONDS)

    Thread(target=tell_once_current, name="rebuild-watch", daemon=True).start()


def _serve_by_workers(
    settings: Settings, listener: socket.socket, count: int, projects: bool, verbose: bool, waits: bool
) -> None:
    """Make the database ready once, and keep `count` processes that serve. The embedded PostgreSQL runs meanwhile."""
    options = [*(["--verbose"] if verbose else []), *(["--wait"] if waits else [])]
    kinds = [["project", *options]] if projects else []
    kinds += [["serve", "--no-project", *options]] * count
    with open_database(settings), TemporaryDirectory(prefix="parentalite-workers-") as folder:
        with open_everything(settings) as opened:
            with opened.connection() as conn:
                check_connections(conn, settings, count, projects)
            get_ready(opened, waits=waits)
            tell_who_signs(opened)
        try:
            Supervisor(listener, kinds, Path(folder), settings.leave_seconds).run(
                lambda: log.info("serving", extra={"address": address_of(listener), "workers": count})
            )
        except Stopped:
            log.info("stopped")


def project(wait: Wait = False, worker: Worker = None, verbose: Verbose = False) -> None:
    """Keep the read models up to date, and do nothing else, until Ctrl-C or SIGTERM.

    One process projects at a time: others stand by, and take over within seconds when it ends.
    """
    settings = settings_from_environment()
    inherited = None if worker is None else Inherited.read(worker)
    check_links(settings)
    set_up_server_logs(settings, verbose)
    with open_everything(settings) as opened:
        with opened.connection() as conn:
            check_connections(conn, settings, 0, works=True)
        get_ready(opened, waits=wait)
        note("Projecting. Ctrl-C stops it.")
        try:
            # In other threads, because a signal would interrupt the main thread in the middle of a transaction.
            with background_work(opened):
                if inherited is not None:
                    inherited.end_with_supervisor()
                    _tell_supervisor(opened, inherited)
                Event().wait()
        except Stopped:
            log.info("stopped")


def check_links(settings: Settings) -> None:
    """Raise SettingsError if letters would contain links to an address that nobody else can reach."""
    if settings.mail is not None and not settings.public_url_named:
        raise SettingsError(
            "PARENTALITE_PUBLIC_URL: needed together with PARENTALITE_SMTP_URL: links in letters lead to it; "
            "set it to the site's address, such as https://parentalite.example.org"
        )


def tell_who_signs(opened: Runtime) -> None:
    """Record whose acts must be signed, where the settings say otherwise than the log."""
    signing = opened.application.bus.signing
    required_of = signing.required_of
    if record_who_signs(opened.application.execute, required_of, utc_now(), signing.acts):
        log.info("who has to sign changed", extra={"roles": ",".join(sorted(required_of)) or "nobody"})


def check_log_goes_on(conn: Conn, opened: Runtime) -> None:
    """Raise Refused if the log lacks what processes of this home have seen, or what a read model follows."""
    try:
        opened.application.memory.keep_in(opened.settings.home / SEEN_FILE, conn)
    except LogWentBack as fault:
        raise Refused(str(fault)) from None
    last = head(conn)
    if ahead := [live.name for live in generations(conn, State.LIVE) if live.position > last]:
        raise Refused(f"the log went back to position {last}, and these are ahead of it: {', '.join(ahead)}; {WAY_ON}")


def get_ready(opened: Runtime, *, waits: bool = False) -> None:
    """Found an empty database, and check that this code can write and read its read models. Raises Refused."""
    with opened.connection() as conn:
        check_log_goes_on(conn, opened)
        check_read_models(conn, waits=waits)
    found_database(opened.application, utc_now())
