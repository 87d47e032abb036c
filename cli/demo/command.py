"""`parentalite demo`: start everything on an invented season, with tokens to try it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Annotated

import psycopg
import typer
from psycopg import sql

from application.founding import found_database
from application.hosting.database import EMBEDDED_DATABASE, open_database, with_database
from application.hosting.settings import Settings, load_settings
from application.proof.signer.naming import name_anew, new_name
from application.proof.signer_memory import SignerMemory
from application.sign_in.local import issue_token
from cli.composition import open_everything, own_token_secret, utc_now
from cli.console import Refused, Stopped, confirm, note, somebody_is_there
from cli.demo.roles import Part, cast_roles
from cli.demo.season import load_once, structure_of
from cli.options import Host, Port, Verbose, Yes, set_up_command_logs
from cli.server.background import background_work
from cli.server.serve import tell_who_signs
from cli.server.serving import address_of, run_api, take_address
from domain.kernel.actors import Role

_NAMES_A_DATABASE = ("DATABASE_URL", "DATABASE_URL_FILE")


def demo(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    animations: Annotated[
        int,
        typer.Option(
            "--animations", "-n", min=1, max=100_000, help="Number of animations in the season, on first use."
        ),
    ] = 1_000,
    fresh: Annotated[
        bool,
        typer.Option("--fresh", help="First drop the embedded database and everything in it, and load a new season."),
    ] = False,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Start the API on a demonstration season, and print addresses and a token for every role.

    Always on the embedded PostgreSQL under PARENTALITE_HOME, never on DATABASE_URL. The season is loaded on first use,
    with dates around that day; later starts take seconds. Ctrl-C stops everything.
    """
    settings = demonstration_settings()
    with take_address(host, port) as listener, ExitStack() as stack:
        settings = settings.served_at(address_of(listener))
        set_up_command_logs(verbose)
        try:
            if fresh:
                _drop(settings, yes)
            note(f"Starting PostgreSQL under {settings.home}")
            opened = stack.enter_context(open_everything(settings))
            load_once(replace(opened, application=opened.application.unsigned()), animations, utc_now())
            found_database(opened.application, utc_now())
            tell_who_signs(opened)
            stack.enter_context(background_work(opened))
            with opened.connection() as conn:
                parts = cast_roles(conn, utc_now())
            tokens = _tokens(settings, parts)
            offers = {role.name: token for role, token in tokens.items()}
            run_api(opened, listener, lambda: _welcome(address_of(listener), parts, tokens), offers)
        except Stopped:
            note("Stopping.")


def demonstration_settings() -> Settings:
    """Return the settings without the database named in the environment, if any."""
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
    memory = SignerMemory(settings.memory)
    if memory.read() is not None:
        name_anew(new_name(), memory, "the demonstration was begun afresh")


def _tokens(settings: Settings, parts: Sequence[Part]) -> dict[Role, str]:
    now = utc_now()
    return {
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


def _welcome(address: str, parts: Sequence[Part], tokens: Mapping[Role, str]) -> None:
    lines = [
        "",
        "Tokens, one for each role, valid for 30 days. No token is the public.",
        "In GraphiQL, paste one into « Jeton d'accès ».",
    ]
    for part in parts:
        lines += ["", f"{part.role}: {part.can}", tokens[part.role]]
    lines += ["", "Try what the structure sees:", _example(address, parts, tokens[Role.STRUCTURE]), ""]
    # Last, so that it is visible without scrolling.
    lines += [
        f"Site       {address}/",
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
