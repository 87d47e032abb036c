"""Watch everything that follows the log: how far each follower is, how long its next event has waited, and whether
commands can be recorded. `/health`, `/ready` and `/metrics` read it; a loop logs it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from api.core.context import Services
from api.http.followers import Follower, built_by_other_code
from application.notifications import standing as telling
from application.proof.log_checks import LAST_CHECK, check_in
from application.proof.signer.troubles import AUTHENTICATORS, SIGNING, STAMPING
from eventstore.unavailable import is_unavailable
from projections.engine import runner
from projections.engine.reading import read_on
from projections.engine.runner import HOLDER

log = logging.getLogger(__name__)

#: A pool without a free connection for this long counts as an unreachable database.
PATIENCE_SECONDS = 2.0
#: Another projector takes over within seconds.
HANDING_OVER_SECONDS = 5.0
#: A command locks the log for milliseconds.
HELD_SECONDS = 3.0
#: After a failed command, none is sent here for this long; the next one shows whether it works again.
FAILED_SECONDS = 10.0
#: Added to the configured delay of followers other than read models.
LATE_SECONDS = 60.0
MOST_CLOCK_DIFFERENCE_SECONDS = 5.0
#: Processes that start together have begun to work by then.
SETTLING_SECONDS = 10.0
#: Pause between two looks of the watch loop.
WATCH_SECONDS = 5.0

#: The log is checked every night; one night may be missed.
UNCHECKED_SECONDS = 49 * 3_600.0

_CHECKPOINTS, _REACTIONS = "checkpoints", "reactions"

# Events are read as bytes: an event that a table cannot hold must not hide the report. Add a line for every new
# follower of the log.
_FOLLOWERS = f"""
WITH log AS (SELECT coalesce(max(notification_id), 0) AS head FROM stored_events)
SELECT name, true AS is_read_model, position, head, failed_position, failed_event, fingerprint AS built_by,
    extract(epoch FROM clock_timestamp() - updated_at)::float AS still_for,
    (SELECT substring(encode(substring(state FOR 500), 'escape') FROM '"recorded_at":"([^"]+)"') FROM stored_events
     WHERE notification_id > position ORDER BY notification_id LIMIT 1) AS next_recorded_at
FROM read_models.generations, log WHERE state = 'live'
UNION ALL SELECT '{_CHECKPOINTS}', false,
    coalesce((SELECT position FROM proof.checkpoints ORDER BY size DESC LIMIT 1), 0), head, null, null,
    null, null, null FROM log
UNION ALL SELECT '{_REACTIONS}', false, position, head, null, null, null, null, null FROM reaction_position, log
ORDER BY is_read_model DESC, name"""
_SESSIONS = f"""
SELECT clock_timestamp() AS told_at, (SELECT bool_or(goes_on) FROM ({HOLDER}) AS holder) IS TRUE AS projecting, EXISTS (
    SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
    WHERE l.relation = 'stored_events'::regclass AND l.granted AND l.mode <> 'AccessShareLock'
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND a.backend_type = 'client backend' AND clock_timestamp() - a.xact_start > make_interval(secs => %(held)s)
) AS held, EXISTS (
    SELECT FROM pg_stat_progress_create_index WHERE relid = 'stored_events'::regclass
        AND datid = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS indexing"""

_TROUBLED = "SELECT work FROM proof.troubles ORDER BY work"
#: Public: `parentalite status` tells the reasons.
_TROUBLES = {
    SIGNING: "the log is not signed: parentalite status says why",
    STAMPING: "checkpoints are not stamped",
    AUTHENTICATORS: (
        "the file that says where authenticators begin (keys/event-start, PARENTALITE_EVENT_START) is lost: put it back"
        " from a backup of the keys; parentalite status says what else can be done"
    ),
}
_NOT_COSIGNED = "a witness does not cosign: parentalite status says which"


@dataclass(frozen=True, slots=True)
class Check:
    """The last check of the whole log and its read models."""

    position: int
    findings: int
    at: datetime
    seconds_ago: float

    def shown(self) -> dict[str, Any]:
        return {"position": self.position, "at": self.at, "findings": self.findings}

    @property
    def problems(self) -> tuple[str, ...]:
        late = ("the log was not checked for two days",) if self.seconds_ago > UNCHECKED_SECONDS else ()
        return (f"the last check of the log has findings: {self.findings}",) if self.findings else late


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of all followers. `problems` are for operators and contain nothing personal."""

    followers: tuple[Follower, ...]
    #: The state of e-mails, reactions and jobs.
    telling: telling.Standing | None
    #: The works that fail: signing, stamping, cosigning.
    troubles: tuple[str, ...]
    projecting: bool
    recording: bool
    problems: tuple[str, ...]
    #: Whether requests may be sent to this process.
    ready: bool
    #: None before the first night.
    check: Check | None = None

    @property
    def head(self) -> int:
        return max((follower.head for follower in self.followers), default=0)

    @property
    def read_models(self) -> list[Follower]:
        return [follower for follower in self.followers if follower.is_read_model]

    @property
    def others(self) -> list[Follower]:
        return [follower for follower in self.followers if not follower.is_read_model]


@dataclass(slots=True)
class _Heads:
    """When this process saw the head of the log move."""

    _moves: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=2_000))

    def see(self, head: int) -> None:
        if not self._moves or self._moves[-1][1] != head:
            self._moves.append((monotonic(), head))

    def waited_since(self, position: int) -> float:
        """Return for how many seconds, at least, events after `position` have been in the log."""
        return next((monotonic() - seen_at for seen_at, head in self._moves if head > position), 0.0)


class Watch:
    """The watch of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._heads = _Heads()
        self._projected_at: float | None = None
        self._indexed_at = float("-inf")
        self._looking: asyncio.Task[Standing | None] | None = None
        self._logged_problems: tuple[str, ...] = ()
        self._began = monotonic()

    async def look(self) -> Standing | None:
        """Return the current state, or None while the database does not answer. Concurrent calls share one look."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)

    async def keep(self) -> None:
        """Look at intervals for as long as the process runs."""
        while True:
            try:
                await self.look()
            except Exception as error:
                log.error("the watch failed", extra={"reason": type(error).__name__})
            await asyncio.sleep(WATCH_SECONDS)

    async def _look(self) -> Standing | None:
        try:
            standing = self._standing(*await read_on(self._services.pool, _read, PATIENCE_SECONDS))
        except psycopg.Error as error:
            if isinstance(error, psycopg.errors.UndefinedTable):
                # The first projector has not prepared the database yet.
                return Standing(
                    (), None, (), projecting=False, recording=True, problems=("no read models yet",), ready=False
                )
            if not is_unavailable(error):
                log.error("the watch failed", extra={"reason": type(error).__name__})
            return None
        if standing.problems != self._logged_problems and monotonic() - self._began > SETTLING_SECONDS:
            # Log each change once, without the passing seconds.
            log.warning("standing", extra={"problems": standing.problems})
            self._logged_problems = standing.problems
        return standing

    def _standing(
        self,
        rows: list[dict[str, Any]],
        sessions: dict[str, Any],
        mail: telling.Standing | None,
        check: Check | None,
        troubles: list[str],
    ) -> Standing:
        followers = tuple(self._follower(row, sessions["told_at"]) for row in rows)
        if sessions["projecting"]:
            self._projected_at = monotonic()
        projecting = self._projected_at is not None and monotonic() - self._projected_at < HANDING_OVER_SECONDS
        recording = not sessions["held"] and not self._services.application.recorder.failed_within(FAILED_SECONDS)
        if sessions["indexing"]:
            self._indexed_at = monotonic()
        # Indexing ends by itself, and stops every server alike: without any, nobody could read either.
        passing = monotonic() - self._indexed_at < FAILED_SECONDS
        unrecorded = () if recording else ("commands cannot be recorded",)
        longest = self._services.web.ready_lag_seconds or float("inf")
        fault = self._services.application.memory.fault
        hindering = [
            *((str(fault),) if fault is not None else ()),
            *(f"{name}: built by other code" for name in built_by_other_code(followers)),
            *(f"{f.name}: ahead of the log, which went back" for f in followers if f.position > f.head),
            *(f"{f.name}: stands still on the event at {f.failed_position}" for f in followers if f.failed_position),
            *(f"{f.name}: events wait" for f in followers if f.is_read_model and f.lag_seconds > longest),
            *(() if projecting else ("nobody projects",)),
            *(() if passing else unrecorded),
        ]
        late = {
            _CHECKPOINTS: self._services.checkpoint_seconds + LATE_SECONDS,
            _REACTIONS: LATE_SECONDS,
        }
        clock_difference = abs((datetime.now(UTC) - sessions["told_at"]).total_seconds())
        warnings = [
            *(unrecorded if passing else ()),
            *(f"{f.name}: events wait" for f in followers if f.lag_seconds > late.get(f.name, float("inf"))),
            *(("letters, reactions or jobs do not go on",) if mail is not None and mail.troubled else ()),
            *(check.problems if check is not None else ()),
            *self._services.replicas.problems,
            *dict.fromkeys(_TROUBLES.get(work, _NOT_COSIGNED) for work in troubles),
            *(("the clock differs from PostgreSQL's",) if clock_difference > MOST_CLOCK_DIFFERENCE_SECONDS else ()),
        ]
        ready = not hindering and any(follower.is_read_model for follower in followers)
        problems = (*hindering, *warnings)
        return Standing(followers, mail, tuple(troubles), projecting, recording, problems, ready, check)

    def _follower(self, row: dict[str, Any], now: datetime) -> Follower:
        self._heads.see(row["head"])
        still_for, next_recorded_at = row.pop("still_for"), row.pop("next_recorded_at")
        waited = 0.0
        if row["head"] > row["position"]:
            waited = self._heads.waited_since(row["position"])
            if still_for is not None:
                # Take the lesser: the time since the follower moved, or the age that the event claims.
                waited = max(waited, min(still_for, _age(next_recorded_at, now)))
        return Follower(**row, lag_seconds=waited)


def _age(recorded_at: str | None, now: datetime) -> float:
    try:
        return (now - datetime.fromisoformat(recorded_at or "")).total_seconds()
    except (TypeError, ValueError):
        return float("inf")


async def _read(
    conn: AsyncConnection[Any],
) -> tuple[list[dict[str, Any]], dict[str, Any], telling.Standing | None, Check | None, list[str]]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        followers = await (await cursor.execute(_FOLLOWERS)).fetchall()
        bounds = {"silent": runner.SILENT_SECONDS, "held": HELD_SECONDS}
        sessions = await (await cursor.execute(_SESSIONS, bounds)).fetchone()
    async with conn.cursor(row_factory=class_row(telling.Standing)) as cursor:
        mail = await (await cursor.execute(telling.STANDING)).fetchone()
    async with conn.cursor(binary=True) as cursor:
        checked = await (await cursor.execute(LAST_CHECK)).fetchone()
    troubles = [work for (work,) in await (await conn.execute(_TROUBLED)).fetchall()]
    assert sessions is not None
    return followers, sessions, mail, _check_in(checked, sessions["told_at"]) if checked else None, troubles


def _check_in(row: tuple[Any, ...], now: datetime) -> Check:
    record, check = check_in(row)
    at = record.stamp.recorded_at
    return Check(check.position, check.findings, at, (now - at).total_seconds())
