"""Who an official is whom history names by function and account, since they acted by a mandate."""

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


def account_named(actor: str) -> UUID | None:
    """The account of who acted by a mandate; None of everybody else."""
    role, _, account = actor.partition(":")
    if role not in set(Role) - {Role.PARENT}:
        return None
    try:
        return UUID(account)
    except ValueError:
        return None


def names(conn: Connection[Any], vault: Vault) -> Callable[[str], str]:
    """Tells what people call an actor: what their token does, for who acted by a mandate and is not erased. It is for
    those alone who may read what they did in office.
    """

    @cache
    def name_of(actor: str) -> str:
        account = account_named(actor)
        if account is None:
            return actor
        given = [one for one in read_stream(conn, account) if isinstance(one.event, MandateGiven)]
        opened = [getattr(record.event, "subject", None) for record in vault.open(conn, given[:1])]
        return next((subject for subject in opened if subject is not None), actor)

    return name_of
