"""Every statement that the product sends meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from psycopg import AsyncCursor, AsyncServerCursor, Cursor, ServerCursor, sql

from application.proof import leaves
from eventstore.wire import copy_out
from projections.engine import bulk

_READS = re.compile(r"^\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b", re.IGNORECASE)
_COPIED = re.compile(rb"\s*COPY \((.*)\)\s*TO STDOUT", re.DOTALL)


class Statements(dict[str, Any]):
    """Each with parameters that it was sent with. Of those `prepared` PostgreSQL keeps a plan for any, if it may."""

    def __init__(self) -> None:
        self.prepared: set[str] = set()


@contextmanager
def sent() -> Iterator[Statements]:
    """The statements sent to PostgreSQL by this process. Not those of the functions that record: see `nested_plans`."""
    statements = Statements()

    def note(cursor: Any, query: Any, params: Any, prepare: bool | None) -> None:
        text = query.as_string(cursor.connection) if isinstance(query, sql.Composable) else query
        text = text.decode() if isinstance(text, bytes) else text
        if _READS.match(text):
            statements.setdefault(text, params)
            if prepare:
                statements.prepared.add(text)

    def copied(conn: Any, query: bytes) -> Iterator[bytes]:
        if part := _COPIED.match(query):
            statements.setdefault(part[1].decode(), None)
        return copy_out(conn, query)

    with ExitStack() as noting:
        for module in (leaves, bulk):
            noting.enter_context(patch.object(module, "copy_out", copied))
        for kind in (Cursor, AsyncCursor, ServerCursor, AsyncServerCursor):
            noting.enter_context(patch.object(kind, "execute", _noted(kind.execute, note)))
        for kind in (Cursor, AsyncCursor):
            noting.enter_context(patch.object(kind, "executemany", _noted(kind.executemany, note, many=True)))
        yield statements


def _noted(send: Callable[..., Any], note: Callable[..., None], many: bool = False) -> Callable[..., Any]:
    def execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        if many:
            params = list(params)
        note(self, query, next(iter(params), None) if many else params, options.get("prepare"))
        return send(self, query, params, **options)

    return execute
