"""`parentalite audit follow`: keep the last tree of somebody's log, and prove each new one."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from application.proof.notes import BadNote
from application.proof.public_keys import PublicKey, read_public_keys
from application.proof.witnessing.following import (
    CannotFollow,
    Followed,
    ForkFound,
    Site,
    follow,
    read_state,
    write_state,
)
from application.proof.witnessing.policy import BadPolicy, Policy, read_policy
from cli.audit_inputs import read_keys, read_text
from cli.console import Refused, complain, note, quantity
from cli.watching.site import open_site


def follow_log(
    url: Annotated[str, typer.Argument(help="The site's address, such as https://parentalite.example.org")],
    state: Annotated[
        Path, typer.Option("--state", help="The file that keeps the last tree; made the first time. Keep it safe.")
    ],
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            help="Public key of the log, from elsewhere: a verifier key NAME+HEXID+BASE64, or a file of keys. Without"
            " it the first time believes the site's own list at /keys. Name a new one after a rotation.",
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", help="A policy (C2SP tlog-policy): each checkpoint must be cosigned as it asks."),
    ] = None,
    every: Annotated[
        float | None, typer.Option("--every", min=1, help="Go on, with a look every so many seconds, until a fork.")
    ] = None,
) -> None:
    """Follow a log: keep the last tree that it signed, and prove from its tiles that each new one continues it.

    Anybody can, without any right: run it from cron or with --every, on a machine of your own. While somebody does, the
    log cannot be rewritten unnoticed, not even by those who hold its database and its signing key.

    Exits with 0 when the log goes on as it should. Exits with 1 and names the fork when the log shows a tree that
    excludes one that it signed before: rolled back, rewritten, or two of one size. Both signed notes are then kept in
    FILE.fork, which proves it to anybody. Exits with 2 when the log cannot be read or its checkpoint is not believed.

    Example: parentalite audit follow https://parentalite.example.org --state parentalite.json
    """
    rules = read_policy_file(policy) if policy else None
    with open_site(url) as site:
        followed = _first_state(site, state, keys)
        while True:
            followed = _look(site, state, followed, rules)
            if every is None:
                return
            time.sleep(every)


def read_policy_file(path: Path) -> Policy:
    try:
        return read_policy(read_text(path))
    except BadPolicy as bad:
        raise Refused(f"--policy {path}: {bad}") from None


def _first_state(site: Site, path: Path, values: list[str] | None) -> Followed:
    trusted = read_keys(values) if values else []
    try:
        state = read_state(path)
    except CannotFollow as error:
        _fail(error)
    if state is not None:
        public_keys = {key.public_key for key in state.keys}
        return Followed((*state.keys, *(key for key in trusted if key.public_key not in public_keys)), state.note)
    return Followed(tuple(trusted or _keys_of(site)))


def _keys_of(site: Site) -> list[PublicKey]:
    try:
        keys = read_public_keys(site.get("keys").decode())
    except (CannotFollow, BadNote, UnicodeDecodeError) as error:
        _fail(error)
    for key in keys:
        note(f"Believed on the site's own word: {key.verifier_key(str(key.name))}. Compare it with what you know.")
    return keys


def _look(site: Site, path: Path, followed: Followed, policy: Policy | None) -> Followed:
    before = followed.checkpoint
    try:
        after = follow(site, followed, policy)
        write_state(path, after)
    except ForkFound as fork:
        evidence = path.with_name(f"{path.name}.fork")
        evidence.write_text(f"{fork.kept}\n{fork.shown}", encoding="utf-8")
        complain(f"FORK: {fork}. Both signed notes are in {evidence}: they prove it.")
        raise typer.Exit(1) from None
    except CannotFollow as error:
        _fail(error)
    checkpoint = after.checkpoint
    assert checkpoint is not None
    at, size = datetime.now(UTC).isoformat(timespec="seconds"), quantity(checkpoint.size, "event")
    if before is None:
        typer.echo(f"{at} {checkpoint.origin}: {size}, followed from now on")
    elif before.size == checkpoint.size:
        typer.echo(f"{at} {checkpoint.origin}: {size}, nothing new")
    else:
        typer.echo(f"{at} {checkpoint.origin}: {size}, which begin with the {before.size:,} seen before")
    return after


def _fail(error: Exception) -> NoReturn:
    complain(str(error))
    raise typer.Exit(2)
