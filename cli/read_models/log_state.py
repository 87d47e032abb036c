"""How far the log and each read model have come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from application.proof.checkpoints import SignedCheckpoint, latest
from cli.composition import Conn
from cli.read_models.readiness import is_outdated, known_read_models
from eventstore.log import head, read_after
from projections.engine.generations import Generation, State, fingerprint, generations, terms_in_force
from projections.engine.runner import HOLDER, SILENT_SECONDS

_COUNT_AFTER = "SELECT count(*) FROM stored_events WHERE notification_id > %s"


@dataclass(frozen=True, slots=True)
class Lag:
    """What a read model has not taken yet: how many events, and for how long the oldest of them has waited."""

    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ReadModelState:
    """A live read model. `known`: this code has it; `current`: built by this code, and with the typology in force."""

    live: Generation
    lag: Lag
    known: bool
    built_by_this_code: bool
    shows_todays_typology: bool


@dataclass(frozen=True, slots=True)
class LogState:
    """`projecting`: some process, here or elsewhere, projects; `frozen_projector` is the PostgreSQL session of one that
    could and does nothing. `checkpoint`: the last one signed.
    """

    position: int
    events: int
    projecting: bool
    frozen_projector: int | None
    read_models: tuple[ReadModelState, ...]
    checkpoint: SignedCheckpoint | None


def count_after(conn: Conn, position: int) -> int:
    """How many events stand after the position; positions may have gaps."""
    row = conn.execute(_COUNT_AFTER, (position,)).fetchone()
    assert row is not None
    return int(row[0])


def log_state(conn: Conn, now: datetime) -> LogState:
    """All of it as of one instant."""
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        lags: dict[int, Lag] = {}
        states = []
        known, shown = known_read_models(), terms_in_force(conn)
        for live in generations(conn, State.LIVE):
            if live.position not in lags:
                lags[live.position] = _lag(conn, live.position, now)
            states.append(
                ReadModelState(
                    live=live,
                    lag=lags[live.position],
                    known=live.name in known,
                    built_by_this_code=live.name in known and live.fingerprint == fingerprint(known[live.name]),
                    shows_todays_typology=not is_outdated(live, shown),
                )
            )
        row = conn.execute(HOLDER, {"silent": SILENT_SECONDS}).fetchone()
        goes_on = bool(row and row[1])
        frozen = row[0] if row and not goes_on else None
        return LogState(head(conn), count_after(conn, 0), goes_on, frozen, tuple(states), latest(conn))


def _lag(conn: Conn, position: int, now: datetime) -> Lag:
    waiting = read_after(conn, position, 1)
    if not waiting:
        return Lag(0, 0.0)
    return Lag(count_after(conn, position), max(0.0, (now - waiting[0].stamp.recorded_at).total_seconds()))
