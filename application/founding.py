"""The founding of a database: what must be recorded before anybody can do anything.

Everything goes through the commands that the national team uses, as the system's own actor. The idempotency key of each
derives from what it founds, so founding again, or from two processes at once, records nothing twice; and what a later
release adds to `application.founding_data` is recorded by the first process of that release.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid5

from application.application import Application
from application.commanding.commands import Command
from application.founding_data import QUESTIONS, TERMS, TERRITORIES
from application.typology import AttestationFormWord, TermAdd, TerritoryJoin
from domain.kernel.actors import SYSTEM
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.identifiers import NAMESPACE

_KNOWN = "SELECT idempotency_key FROM command_outcomes WHERE idempotency_key = ANY(%s)"

#: What it means when a founding command is refused: another process, or a person, was there first.
_ALREADY_THERE = (ErrorCode.RULE_BROKEN, ErrorCode.DUPLICATE)


def found(app: Application, now: datetime) -> bool:
    """Records whatever of the founding is missing, as of `now`. True when this call recorded something.

    Cheap when nothing is missing: one query. Whoever records a past (a demonstration season) founds the database first,
    as of that past.
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
    """The idempotency keys of the founding: as long as they are known nothing is founded twice."""
    return [_key(command) for command in _commands()]


def _missing(app: Application) -> list[Command]:
    commands = {_key(command): command for command in _commands()}
    with app.pool.connection() as conn, conn.cursor() as cursor:
        known = {row[0] for row in cursor.execute(_KNOWN, [list(commands)]).fetchall()}
    return [
        command.model_copy(update={"idempotency_key": key}) for key, command in commands.items() if key not in known
    ]


def _commands() -> list[Command]:
    return [
        *(TerritoryJoin(**asdict(territory)) for territory in TERRITORIES),
        *(TermAdd(**asdict(term)) for term in TERMS),
        AttestationFormWord(questions=QUESTIONS),
    ]


def _key(command: Command) -> UUID:
    """Names what is founded, not its words: a label reworded in a later release is no second founding."""
    match command:
        case TerritoryJoin():
            what = f"territory:{command.code}"
        case TermAdd():
            what = f"term:{command.kind}:{command.code}"
        case _:
            what = "attestation-form:1"
    return uuid5(NAMESPACE, f"founding:{what}")
