"""The names of officials whom the log records by function and account, because they acted by a mandate."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.accounts.events import MandateGiven
from domain.kernel.actors import Role
from eventstore.log import read_stream
from eventstore.vault import Vault


def mandate_account(actor: str) -> UUID | None:
    """Return the account of an actor who acted by a mandate, or None."""
    role, _, account = actor.partition(":")
    if role not in set(Role) - {Role.PARENT}:
        return None
    try:
        return UUID(account)
    except ValueError:
        return None


def name_lookup(conn: Connection[Any], vault: Vault) -> Callable[[str], str]:
    """Return a function from an actor to a display name.

    Actors who acted by a mandate and are not erased show as their token's subject, for readers entitled to know it; any
    other actor shows unchanged.
    """

    @cache
    def name_of(actor: str) -> str:
        account = mandate_account(actor)
        if account is None:
            return actor
        mandates = [record for record in read_stream(conn, account) if isinstance(record.event, MandateGiven)]
        subjects = [getattr(record.event, "subject", None) for record in vault.open(conn, mandates[:1])]
        return next((subject for subject in subjects if subject is not None), actor)

    return name_of
