"""How far the log and each read model have come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from application.proof.checkpoints import CHECKPOINTS, SignedCheckpoint, latest
from application.proof.log_checks import last_check
from application.proof.signer.naming import log_name
from application.proof.signer.troubles import Trouble, troubles
from cli.composition import Conn
from cli.read_models.readiness import known_read_models
from domain.proof.events import LogChecked
from eventstore.leasing.leases import Holder, held_leases
from eventstore.log import head, read_after
from eventstore.log_table import LOG, Rights, rights_over, unprotected
from projections.engine.generations import Generation, State, fingerprint, generations, terms_in_force
from projections.engine.runner import HOLDER, SILENT_SECONDS
from projections.readiness import is_outdated

_COUNT_AFTER = "SELECT count(*) FROM stored_events WHERE notification_id > %s"


@dataclass(frozen=True, slots=True)
class Lag:
    """Events that a read model has yet to read: their number, and the age of the oldest."""

    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ReadModelState:
    """A live read model. `in_this_code`: this code has it; the other flags say whether it needs a rebuild."""

    live: Generation
    lag: Lag
    in_this_code: bool
    built_by_this_code: bool
    shows_todays_typology: bool


@dataclass(frozen=True, slots=True)
class LogState:
    """`projecting`: a process, here or elsewhere, projects. `frozen_projector`: the PostgreSQL session of one that
    holds the lease and does nothing. `checkpoint`: the latest. `troubles`: what is not signed, stamped or cosigned, and
    why.
    """

    position: int
    events: int
    projecting: bool
    frozen_projector: int | None
    read_models: tuple[ReadModelState, ...]
    checkpoint: SignedCheckpoint | None
    #: The last check of the whole log and its read models, and when it was; None before the first night.
    check: LogChecked | None
    checked_at: datetime | None
    #: The missing protections of the log, and what this role could do about them.
    unprotected: tuple[str, ...]
    rights: Rights
    log_name: str | None
    troubles: tuple[Trouble, ...]
    #: The processes that do the works of one process at a time.
    holders: tuple[Holder, ...] = ()


#: The state of a database that nothing was ever written into.
NO_LOG = LogState(
    position=0,
    events=0,
    projecting=False,
    frozen_projector=None,
    read_models=(),
    checkpoint=None,
    check=None,
    checked_at=None,
    unprotected=(),
    rights=Rights(owns=True, owner="", rewriting=()),
    log_name=None,
    troubles=(),
)


def count_after(conn: Conn, position: int) -> int:
    """Return the number of events after the position; positions may have gaps."""
    row = conn.execute(_COUNT_AFTER, (position,)).fetchone()
    assert row is not None
    return int(row[0])


def log_state(conn: Conn, now: datetime) -> LogState:
    """Return the state at one instant."""
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        lags: dict[int, Lag] = {}
        states = []
        read_models, terms = known_read_models(), terms_in_force(conn)
        for live in generations(conn, State.LIVE):
            if live.position not in lags:
                lags[live.position] = _lag(conn, live.position, now)
            states.append(
                ReadModelState(
                    live=live,
                    lag=lags[live.position],
                    in_this_code=live.name in read_models,
                    built_by_this_code=live.name in read_models
                    and live.fingerprint == fingerprint(read_models[live.name]),
                    shows_todays_typology=not is_outdated(live, terms),
                )
            )
        row = conn.execute(HOLDER, {"silent": SILENT_SECONDS}).fetchone()
        projecting = bool(row and row[1])
        frozen = row[0] if row and not projecting else None
        checked = last_check(conn)
        return LogState(
            position=head(conn),
            events=count_after(conn, 0),
            projecting=projecting,
            frozen_projector=frozen,
            read_models=tuple(states),
            checkpoint=latest(conn),
            check=checked[1] if checked else None,
            checked_at=checked[0].stamp.recorded_at if checked else None,
            unprotected=tuple(unprotected(conn, LOG, CHECKPOINTS)),
            rights=rights_over(conn, LOG),
            log_name=log_name(conn),
            troubles=tuple(troubles(conn)),
            holders=tuple(held_leases(conn)),
        )


def _lag(conn: Conn, position: int, now: datetime) -> Lag:
    waiting = read_after(conn, position, 1)
    if not waiting:
        return Lag(0, 0.0)
    return Lag(count_after(conn, position), max(0.0, (now - waiting[0].stamp.recorded_at).total_seconds()))
