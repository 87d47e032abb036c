"""How PostgreSQL plans the statements that a session repeats.

https://www.postgresql.org/docs/current/sql-prepare.html
"""

from __future__ import annotations

from enum import Enum
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, sql


class Planning(Enum):
    """How a statement is planned."""

    #: PostgreSQL chooses: for the values of each call, or once if it expects that plan to be no worse.
    CHOSEN = "chosen"
    #: For the values of each call: of a usual term the index in order is best, of a rare one its own.
    BY_VALUES = "by values"
    #: Once for whatever values, which an index has in the order of the list. PostgreSQL would guess that a period lets
    #: few rows through: it would plan each page anew, which takes longer than reading it, or sort all of them.
    ONCE = "once"


#: Whether each session plans once; None where a rollback may have taken that back. Those left out never did.
_plans_once: WeakKeyDictionary[AsyncConnection[Any], bool | None] = WeakKeyDictionary()
ONCE = sql.SQL("SET plan_cache_mode = force_generic_plan; SET enable_bitmapscan = off")
_AS_BEFORE = sql.SQL("RESET plan_cache_mode; RESET enable_bitmapscan")


async def plan(conn: AsyncConnection[Any], planning: Planning) -> None:
    """Let the session plan its next statements in this way. Sends nothing if it does so already."""
    once = planning is Planning.ONCE
    if _plans_once.get(conn, False) is not once:
        _plans_once[conn] = None
        await conn.execute(ONCE if once else _AS_BEFORE)
        _plans_once[conn] = once


def rolled_back(conn: AsyncConnection[Any]) -> None:
    """Forget how the session plans: a rollback takes back what its transaction set."""
    _plans_once[conn] = None
