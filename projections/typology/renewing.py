"""Fill read models anew whose terms have changed in too many rows: in a thread beside the projector."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

from psycopg import Connection

from domain.kernel.identifiers import TYPOLOGY_ID
from eventstore.leasing.leased_work import Work, working_at
from eventstore.locks import Lock
from eventstore.log import read_stream
from projections.engine.generations import State, generations
from projections.engine.rebuild import renew, sweep
from projections.engine.registry import projections
from projections.engine.switching import RebuildRefused
from projections.engine.terms.showing import TERMS_CHANNEL
from projections.engine.terms_in_force import TermsInForce

log = logging.getLogger(__name__)

IDLE_SECONDS, REFUSED_SECONDS = 30.0, 5.0

Conn = Connection[Any]


@contextmanager
def renewing(database_url: str, master_key: bytes) -> Iterator[None]:
    """Fill anew what shows an older typology, whenever that is so, for as long as the context lasts.

    And drop what a killed rebuild left.
    """
    stop = Event()

    def look(conn: Conn) -> float:
        sweep(conn)
        names = left_behind(conn)
        if not names:
            return IDLE_SECONDS
        log.info("filling read models anew for the typology", extra={"read_models": names})
        return 0.0 if _renewed(database_url, master_key, names, stop) else REFUSED_SECONDS

    with working_at(database_url, Work("renewer", Lock.RENEWING, look, TERMS_CHANNEL)):
        try:
            yield
        finally:
            stop.set()


def left_behind(conn: Conn) -> list[str]:
    """Return the live read models that have passed a change of the typology without showing it."""
    shows_terms = {projection.name for projection in projections(TermsInForce()) if projection.terms.columns}
    history = read_stream(conn, TYPOLOGY_ID)
    return [
        live.name
        for live in generations(conn, State.LIVE)
        if live.name in shows_terms
        and live.failed_position is None
        and TermsInForce.from_history(r for r in history if r.position <= live.position).since(live.terms_in_force)
    ]


def _renewed(database_url: str, master_key: bytes, names: Sequence[str], stop: Event) -> bool:
    """Fill them anew, and return whether that succeeded. PostgreSQL works: a process would take longer to start."""

    def stop_between_two_steps(*_: object) -> None:
        if stop.is_set():
            raise _Stopped

    try:
        renew(database_url, master_key, names, stop_between_two_steps)
    except RebuildRefused:
        log.warning("read models could not be filled anew", extra={"read_models": list(names)})
        return False
    except _Stopped:
        return False
    return True


class _Stopped(Exception):
    """The server stops: what was begun is swept by the next one."""
