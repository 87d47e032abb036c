"""Errors of a database that is away, busy or full: not the client's fault, and worth a retry."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

#: SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
#: 08 connections, 40 conflicts of transactions, 53 disk, memory and connections, 55 locks, 57 shutdowns and time-outs,
#: 58 the machine's own faults; of 25 the read-only server after a failover and the time-outs of transactions.
_PASSING = ("08", "40", "53", "55", "57", "58", "25006", "25P03", "25P04")


class Unavailable(Exception):
    """The database did not answer in time. Nothing was recorded, unless `maybe_recorded`: then it is unknown."""

    def __init__(self, why: str, maybe_recorded: bool = False) -> None:
        super().__init__(why)
        self.maybe_recorded = maybe_recorded


def is_unavailable(error: BaseException) -> bool:
    """Return whether a retry may succeed, judging by the error and its causes."""
    return any(isinstance(cause, Unavailable) or _passes(cause) for cause in _with_causes(error))


def is_connection_lost(error: BaseException) -> bool:
    """Return whether the connection is lost, for instance by a restart of the server, or leads to a standby."""
    return any(_lost(cause) for cause in _with_causes(error))


def _passes(error: BaseException) -> bool:
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(_PASSING)


def _lost(error: BaseException) -> bool:
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return True
    # The pool's own errors have no SQLSTATE either.
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) or "pool" in type(error).__module__:
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    visited: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in visited:
        visited.append(cause)
        yield cause
        cause = cause.__cause__
