"""The names of officials whom the log records by function and account, because they acted by a mandate."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.accounts.events import MandateGiven
from domain.kernel.actors import IN_OFFICE, Role
from eventstore.log import read_stream
from eventstore.vault import Vault

#: Mandates seal the person's subject with a key of their own.
_ACCOUNT = """
SELECT k.originator_id FROM person_keys k
JOIN stored_events e ON e.originator_id = k.originator_id AND e.originator_version = 1
WHERE k.person_id = %s AND e.topic LIKE 'account.%%' LIMIT 1"""


def mandate_account(actor: str) -> UUID | None:
    """Return the account of an actor who acted by a mandate, or None."""
    role, _, account = actor.partition(":")
    if role not in set(Role) - {Role.PARENT}:
        return None
    try:
        return UUID(account)
    except ValueError:
        return None


def former_person(actor: str, role: str) -> UUID | None:
    """Return the pseudonym of an actor in office whom older events name as a parent, or None."""
    kind, _, person = actor.partition(":")
    if kind != Role.PARENT or role not in IN_OFFICE:
        return None
    try:
        return UUID(person)
    except ValueError:
        return None


def is_by_mandate(actor: str, role: str) -> bool:
    """Return whether they acted by a mandate, so that history does not hold their name."""
    return mandate_account(actor) is not None or former_person(actor, role) is not None


def name_lookup(conn: Connection[Any], vault: Vault) -> Callable[[str, str], str]:
    """Return a function from an actor and their role to a display name.

    Actors who acted by a mandate and are not erased show as their token's subject, for readers entitled to know it; any
    other actor shows unchanged.
    """

    @cache
    def name_of(actor: str, role: str) -> str:
        person = former_person(actor, role)
        account = mandate_account(actor) if person is None else _account_of(conn, person)
        if account is None:
            return actor
        mandates = [record for record in read_stream(conn, account) if isinstance(record.event, MandateGiven)]
        subjects = [getattr(record.event, "subject", None) for record in vault.open(conn, mandates[:1])]
        return next((subject for subject in subjects if subject is not None), actor)

    return name_of


def _account_of(conn: Connection[Any], person: UUID) -> UUID | None:
    row = conn.execute(_ACCOUNT, (person,)).fetchone()
    return None if row is None else row[0]
