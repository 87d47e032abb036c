"""Found a database: record what must exist before anybody can do anything.

Everything goes through the national team's commands, executed by the system. Each command's idempotency key derives
from what it founds, so founding twice, or from two processes at once, records nothing twice; additions to
`founding.toml` are recorded by the first process of the release that brings them.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid5

from application.application import Application
from application.commanding.commands import Command
from application.typology import AttestationFormWord, TermAdd, TerritoryJoin
from domain.kernel.actors import SYSTEM
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.identifiers import NAMESPACE

_EXECUTED = "SELECT idempotency_key FROM command_outcomes WHERE idempotency_key = ANY(%s)"

_FOUNDING: dict[str, Any] = tomllib.loads((files("application") / "founding.toml").read_text("utf-8"))
TERRITORY_CODES: tuple[str, ...] = tuple(territory["code"] for territory in _FOUNDING["territories"])

#: Errors that mean another process, or a person, was first.
_ALREADY_THERE = (ErrorCode.RULE_BROKEN, ErrorCode.DUPLICATE)


def found_database(app: Application, now: datetime) -> bool:
    """Record whatever is missing from the founding, as of `now`. Return True if anything was recorded.

    Costs one query if nothing is missing. Before recording a past (a demonstration season), found as of that past.
    """
    recorded = False
    for command in _missing(app):
        try:
            app.execute(command, SYSTEM, now)
            recorded = True
        except DomainError as error:
            if error.code not in _ALREADY_THERE:
                raise
    return recorded


def keys() -> list[UUID]:
    """Return the idempotency keys of the founding; while they are stored nothing is founded twice."""
    return [_key(command) for command in _commands()]


def _missing(app: Application) -> list[Command]:
    commands = {_key(command): command for command in _commands()}
    with app.pool.connection() as conn, conn.cursor() as cursor:
        executed = {row[0] for row in cursor.execute(_EXECUTED, [list(commands)]).fetchall()}
    return [
        command.model_copy(update={"idempotency_key": key}) for key, command in commands.items() if key not in executed
    ]


def _commands() -> list[Command]:
    return [
        *(TerritoryJoin(**territory) for territory in _FOUNDING["territories"]),
        *(TermAdd(**term) for term in _FOUNDING["terms"]),
        # The national team words the second version; attestations keep theirs.
        AttestationFormWord(questions=tuple(_FOUNDING["questions"])),
    ]


def _key(command: Command) -> UUID:
    """Derive a key from the thing's identity, not its words, so that a reworded label is no second founding."""
    match command:
        case TerritoryJoin():
            identity = f"territory:{command.code}"
        case TermAdd():
            identity = f"term:{command.kind}:{command.code}"
        case _:
            identity = "attestation-form:1"
    return uuid5(NAMESPACE, f"founding:{identity}")
