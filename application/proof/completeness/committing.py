"""Put the map's root into the log, so that the next checkpoint covers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

from psycopg import Connection
from pydantic import Field

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from application.proof.checkpoints import latest
from application.proof.completeness.stored_map import advance, map_root
from application.proof.log_check.gone import PUT_BACK, check_none_is_gone
from application.proof.log_check.rounds import ROUND, Rounds
from application.proof.signer import troubles
from application.proof.signer.naming import log_name
from application.proof.signer_memory import SigningRefused
from domain.catalogue import COMMITTED_MAP
from domain.kernel.actors import SYSTEM, Actor
from domain.kernel.identifiers import MAP_ID, SIGNING_RULE_ID
from domain.kernel.rights import Action, Belongings
from domain.proof import committed_map
from domain.proof.events import MapCommitted
from eventstore.locks import Lock, acquire_in_transaction
from eventstore.log import head
from eventstore.recording.batches import Outcome
from eventstore.records import Recorded, decode

Conn = Connection[Any]
Execute = Callable[[Command, Actor, datetime], Outcome]
#: Puts the root of the map of the whole log into the log; returns where.
CommitMap = Callable[[Conn, datetime], "Commit | None"]

_LAST_COMMIT = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id = %s ORDER BY originator_version DESC LIMIT 1"""
#: Of what follows on the position that was committed, the commit is one at most. In order, or a plan for any position,
#: which expects a third of the log to follow, begins to read at its other end.
_ANYTHING_ELSE = """
SELECT EXISTS (
    SELECT FROM (SELECT originator_id FROM stored_events WHERE notification_id > %s ORDER BY notification_id LIMIT 2)
        AS following WHERE originator_id <> %s)"""
_SIGNING_RULES = "SELECT count(*) FROM stored_events WHERE originator_id = %s AND notification_id <= %s"


class ProofMapCommit(Command):
    """Sent before a checkpoint is signed."""

    action: ClassVar[Action] = Action.PROOF_MAP_COMMIT

    position: Annotated[int, Field(ge=1)]
    root: Annotated[str, Field(pattern="^[0-9a-f]{64}$", max_length=64)]
    signing_rules: Annotated[int, Field(ge=0)]


def commit(command: ProofMapCommit, work: UnitOfWork) -> UUID:
    state = work.find(COMMITTED_MAP, MAP_ID)
    facts = committed_map.commit(state, command.position, command.root, command.signing_rules, work.actor)
    work.record(COMMITTED_MAP, MAP_ID, facts, Belongings())
    return MAP_ID


USE_CASES = ((ProofMapCommit, commit),)


@dataclass(frozen=True, slots=True)
class Commit:
    """A root in the log: of the map as of `map_position`, in the event at `position`.

    `signing_rules`: how many events told who has to sign; None where the commit does not say it.
    """

    position: int
    map_position: int
    root: bytes
    signing_rules: int | None = None


def last_commit(conn: Conn) -> Commit | None:
    with conn.cursor(binary=True) as cursor:
        row = cursor.execute(_LAST_COMMIT, (MAP_ID,)).fetchone()
    return None if row is None else commit_of(decode(*row))


def commit_of(record: Recorded) -> Commit:
    event = record.event
    assert isinstance(event, MapCommitted), "the stream of the map holds nothing else"
    return Commit(record.position, event.position, bytes.fromhex(event.root), event.signing_rules)


@dataclass(frozen=True, slots=True)
class MapCommits:
    """Does `commit_map` for those who have no application, and looks at older events meanwhile: one for a process."""

    execute: Execute
    rounds: Rounds = field(default_factory=Rounds)

    def __call__(self, conn: Conn, now: datetime) -> Commit | None:
        return commit_map(self.execute, self.rounds, conn, now)


def map_commits(execute: Execute, period: timedelta = ROUND) -> MapCommits:
    return MapCommits(execute, Rounds(period))


def commit_map(execute: Execute, rounds: Rounds, conn: Conn, now: datetime) -> Commit | None:
    """Record the root of the map of the whole log, unless nothing happened since the last one. None: an empty log.

    In the caller's transaction, which keeps the stored map as it is here until it ends. Raises SigningRefused where an
    event is gone that the last commit counted: commands decided without it since.
    """
    acquire_in_transaction(conn, Lock.PROOF_TREE)
    last = last_commit(conn)
    if last is not None:
        advance(conn, last.map_position)
        _check_map(conn, last)
    position, goes_on = head(conn), _anything_since(conn, last)
    # First of all, since it says of which stream an event is gone.
    root = advance(conn, position).hex() if goes_on else ""
    check_older_events(conn, rounds, now)
    if not goes_on:
        return last
    rules = _signing_rules(conn, position)
    execute(ProofMapCommit(position=position, root=root, signing_rules=rules), SYSTEM, now)
    return last_commit(conn)


def check_older_events(conn: Conn, rounds: Rounds, now: datetime) -> None:
    """Raise SigningRefused where an event is gone, or another one, that was signed: at once, or within a round.

    A count of the whole log before each signature would cost what the log has grown to, and see no event that was
    altered. It is not needed: an event that is gone misleads at once only what goes on from it. A stream that goes on
    is compared with the map (`advance`), each new event with the authenticator of the version before (the guard), and
    the rules about who signs are counted here. A bundle is refused where one of its own streams is not whole, as of the
    map that it is proved by. What is left are streams to which nothing is appended: their turn comes within a round, at
    an hour that nobody who writes in the database can choose. Everything is counted as a process begins, and where the
    signing has stopped; the nightly check counts and hashes everything.
    """
    _check_signing_rules(conn)
    # Where the signing has stopped, whoever finds it so sees for themselves that everything is right again.
    has_stopped = troubles.trouble_of(conn, troubles.SIGNING) is not None
    if has_stopped or not rounds.has_begun:
        check_none_is_gone(conn)
    rounds.go_on(conn, now, whole=has_stopped)


def _check_signing_rules(conn: Conn) -> None:
    last = last_commit(conn)
    if last is not None and last.signing_rules and _is_of_this_log(conn):
        rules = _signing_rules(conn, last.map_position)
        if rules < last.signing_rules:
            raise SigningRefused(
                f"position {last.position}: the map that is committed there counts {last.signing_rules} events of "
                f"{SIGNING_RULE_ID}, which tell who has to sign, and the log holds {rules}: {PUT_BACK}"
            )


def _check_map(conn: Conn, last: Commit) -> None:
    """Raise SigningRefused unless the stored map, which may have been made anew, is the one that was committed last."""
    if map_root(conn) != (last.map_position, last.root) and _is_of_this_log(conn):
        raise SigningRefused(
            f"position {last.position}: the map of position {last.map_position} that is committed there is not the "
            f"stored one. Empty proof.map and proof.map_tiles to have it made anew; if it still differs: {PUT_BACK}"
        )


def _is_of_this_log(conn: Conn) -> bool:
    # After a restore the log may go on under a new name without what was signed under the old one.
    signed = latest(conn)
    return signed is not None and signed.log_name == log_name(conn)


def _signing_rules(conn: Conn, until: int) -> int:
    """Return how many events tell who has to sign, until a position."""
    row = conn.execute(_SIGNING_RULES, (SIGNING_RULE_ID, until), prepare=True).fetchone()
    return int(row[0]) if row else 0


def _anything_since(conn: Conn, last: Commit | None) -> bool:
    # A commit alone calls for no other: an idle log would grow by itself.
    row = conn.execute(_ANYTHING_ELSE, (last.map_position if last else 0, MAP_ID), prepare=True).fetchone()
    return bool(row and row[0])
