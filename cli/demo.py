"""`parentalite demo`: everything at once, on a season that is made up, with tokens to try it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Annotated

import psycopg
import typer
from psycopg import sql

from application.database import EMBEDDED_DATABASE, open_database, with_database
from application.eventstore.log import read_stream
from application.founding import found
from application.season.generator import landmark
from application.settings import Settings, load_settings
from application.sign_in.local import issue_token
from cli.background import working
from cli.cast import Part, cast
from cli.catching_up import bring_up_to_date
from cli.composition import Conn, Opened, open_everything, own_token_secret, utc_now
from cli.console import Refused, Stopped, confirm, counted, note, somebody_is_there, warn
from cli.demonstration_dossiers import make_dossiers
from cli.load import load_and_rebuild
from cli.log_state import count_after
from cli.options import Host, Port, Verbose, Yes, logs_of_a_command
from cli.readiness import built_by_other_code, built_with_an_older_typology
from cli.rebuild import rebuild_with_progress
from cli.serving import address_of, run_api, take_address
from domain.actors import Role
from projections.generations import State, generations
from projections.rebuild import FEW_EVENTS

SEED = 2026
#: After that, what was to come has become the past, and the listing is empty.
STALE_AFTER = timedelta(days=60)
_NAMES_A_DATABASE = ("DATABASE_URL", "DATABASE_URL_FILE")

_ANY_ANIMATION = "SELECT 1 FROM stored_events WHERE topic = 'animation.created' LIMIT 1"
_LOADED_AT = "SELECT min(created_at) FROM person_keys"


def demo(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    animations: Annotated[
        int,
        typer.Option(
            "--animations", "-n", min=1, max=100_000, help="How many animations the season has, on first use."
        ),
    ] = 1_000,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh", help="First drop the embedded database, with all that is in it, and load a new season."
        ),
    ] = False,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Start the API on a demonstration season, and print what to try: addresses, and a token for every role.

    Always on the embedded PostgreSQL under PARENTALITE_HOME, never on DATABASE_URL. The season is loaded on first use,
    with dates around that day; later runs find it there and start in seconds. Ctrl-C stops all of it.
    """
    settings = demonstration_settings()
    with take_address(host, port) as taken, ExitStack() as stack:
        logs_of_a_command(verbose)
        try:
            if fresh:
                _drop(settings, yes)
            note(f"Starting PostgreSQL under {settings.home}")
            opened = stack.enter_context(open_everything(settings))
            _load_once(opened, animations)
            found(opened.application, utc_now())
            stack.enter_context(working(opened))
            with opened.connection() as conn:
                parts = cast(conn, utc_now())
            run_api(opened, taken, lambda: _welcome(settings, address_of(taken), parts))
        except Stopped:
            note("Stopping.")


def demonstration_settings() -> Settings:
    """Without the database that the environment names, be it by a file."""
    for name in _NAMES_A_DATABASE:
        if os.environ.get(name):
            note(f"{name} is left alone: the demonstration has a PostgreSQL of its own.")
    return load_settings({name: value for name, value in os.environ.items() if name not in _NAMES_A_DATABASE})


def _drop(settings: Settings, yes: bool) -> None:
    if not yes and not somebody_is_there():
        raise Refused("--fresh drops the embedded database: say --yes too where nobody can be asked")
    confirm(f"Drop the embedded database under {settings.home}, with everything in it?", yes)
    with (
        open_database(settings) as database,
        psycopg.connect(with_database(database.url, "postgres"), autocommit=True) as conn,
    ):
        assert database.embedded
        try:
            conn.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(EMBEDDED_DATABASE)))
        except psycopg.errors.ObjectInUse:
            raise Refused("another process uses the embedded database: stop it, then try --fresh again") from None


def _load_once(opened: Opened, animations: int) -> None:
    with opened.connection() as conn:
        ours = bool(read_stream(conn, landmark(SEED)))
        others = not ours and conn.execute(_ANY_ANIMATION).fetchone() is not None
        stale = ours and _is_stale(conn, utc_now())
    if not (ours or others):
        note("Loading the demonstration season, once.")
        load_and_rebuild(opened, animations, SEED)
        with opened.connection() as conn:
            sirets = structure_of(cast(conn, utc_now()))
        made = make_dossiers(opened, sirets[0] if sirets else "")
        note(f"Opened {counted(made, 'service dossier')}, one in each status.")
        _catch_up(opened)
        return
    if others:
        # Somebody's own animations, or those of an older release: nothing made up is mixed with them.
        note(
            "This database holds other animations: the season is not loaded. To replace them: parentalite demo --fresh"
        )
    elif stale:
        warn(
            "this season was loaded more than two months ago, and its dates are past. "
            "A new one, in place of all that is there: parentalite demo --fresh"
        )
    else:
        note("The demonstration season is there.")
    _catch_up(opened)


def structure_of(parts: Sequence[Part]) -> Sequence[str]:
    """The SIRET that the structure's token speaks for."""
    return next(part.sirets for part in parts if part.role is Role.STRUCTURE)


def _catch_up(opened: Opened) -> None:
    """Takes up what a run that was broken off has left, and what an update of the code has changed."""
    with opened.connection() as conn:
        waiting = count_after(conn, min(live.position for live in generations(conn, State.LIVE)))
        outdated = [*built_by_other_code(conn), *built_with_an_older_typology(conn)]
    if outdated or waiting > FEW_EVENTS:
        note("Rebuilding the read models.")
        rebuild_with_progress(opened, [])
    elif waiting:
        bring_up_to_date(opened)


def _is_stale(conn: Conn, now: datetime) -> bool:
    # The events tell of a past that was made up; the keys of its people were made when it was loaded.
    row = conn.execute(_LOADED_AT).fetchone()
    return bool(row and row[0] is not None and now - row[0] > STALE_AFTER)


def _welcome(settings: Settings, address: str, parts: Sequence[Part]) -> None:
    now = utc_now()
    tokens = {
        part.role: issue_token(
            own_token_secret(settings),
            part.role,
            part.subject,
            now,
            sirets=part.sirets,
            territories=part.territories,
            schools=part.schools,
        )
        for part in parts
    }
    lines = [
        "",
        "Tokens, one for each role, valid for 30 days. No token is the public.",
        "In GraphiQL, paste one into « Jeton d'accès ».",
    ]
    for part in parts:
        lines += ["", f"{part.role}: {part.can}", tokens[part.role]]
    lines += ["", "Try what the structure sees:", _example(address, parts, tokens[Role.STRUCTURE]), ""]
    # Last, so that it is what one sees without scrolling back.
    lines += [
        f"API        {address}/graphql",
        f"GraphiQL   {address}/graphql in a browser",
        f"Health     {address}/health",
        "Ctrl-C stops the API and PostgreSQL.",
    ]
    typer.echo("\n".join(lines))


def _example(address: str, parts: Sequence[Part], token: str) -> str:
    siret = next(iter(structure_of(parts)), "")
    query = (
        f'{{ structure(siret: \\"{siret}\\") {{ name dashboard {{ published awaitingAttestation }} '
        "animations(first: 3) { edges { node { title status startsAt } } } } }"
    )
    return (
        f"curl -s {address}/graphql -H 'Content-Type: application/json' \\\n"
        f"  -H 'Authorization: Bearer {token}' \\\n"
        f'  -d \'{{"query": "{query}"}}\''
    )
