"""Create tables while older servers work with the existing ones."""

from __future__ import annotations

import re
from typing import Any, LiteralString

from psycopg import Connection, sql

#: A statement begins at the beginning of a line; what a block holds is indented.
_NEXT = re.compile(r";\s*\n(?=(?:CREATE|ALTER|INSERT|DO) )")


def create_missing(conn: Connection[Any], ddl: LiteralString) -> None:
    """Execute each statement in a transaction of its own, on a connection in autocommit mode.

    Sent as one text they are one transaction, also where there is nothing to do: it keeps the lock of one table while
    it waits for the next, which somebody at work has locked who waits for the first.
    """
    for statement in _NEXT.split(ddl):
        if statement.strip():
            conn.execute(sql.SQL(statement))
