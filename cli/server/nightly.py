"""The nightly check: events are compared with what was signed, and rows with events, in a process of its own."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any

from psycopg import Connection

from application.application import Application
from application.proof.authenticity.guard import EventGuard
from application.proof.authenticity.log_audit import unsound_in
from application.proof.checking import check_log
from application.proof.log_checks import LONGEST_NAMED, MOST_NAMED, ProofLogCheck
from application.proof.rules.log import judge_log
from domain.kernel.actors import SYSTEM
from eventstore.connections import connect
from eventstore.vault import Vault
from projections.checking.read_models import check_read_models

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class _Result:
    """`named`: the first findings, by position and topic, or by table and column. No values: the log is for ever."""

    position: int
    events: int
    rows: int
    findings: int
    named: tuple[str, ...]


class CheckFailed(Exception):
    """The check ended before it had a result."""


def check_log_and_read_models(app: Application, master_key: bytes, guard: EventGuard, now: datetime) -> int:
    """Check, record the result, and return the number of findings."""
    result = _elsewhere(str(app.pool.conninfo), master_key, guard)
    command = ProofLogCheck(
        position=result.position,
        events=result.events,
        rows=result.rows,
        findings=result.findings,
        first_findings=result.named,
    )
    app.execute(command, SYSTEM, now)
    return result.findings


def _elsewhere(database_url: str, master_key: bytes, guard: EventGuard) -> _Result:
    """Check in another process, which shares no interpreter with those who answer requests."""
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    # A daemon ends with this process.
    process = context.Process(target=_check, args=(sending, database_url, master_key, guard), daemon=True)
    process.start()
    sending.close()
    try:
        result: _Result = receiving.recv()
    except EOFError:
        raise CheckFailed("the process that checks has ended: its log says why") from None
    finally:
        process.join()
    return result


def _check(sending: Pipe, database_url: str, master_key: bytes, guard: EventGuard) -> None:
    # Ctrl-C in a terminal reaches every process: the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(10)
    with connect(database_url, "parentalite-check") as conn, connect(database_url, "parentalite-check") as tiles:
        unsound = unsound_in(conn, guard)
        judged = judge_log(conn)
        altered = _altered(conn, tiles, guard)
    compared = check_read_models(database_url, Vault(master_key))
    # An event that was not recorded here is rarely lawful either: count it once.
    positions = {finding.position for finding in unsound}
    named = [finding.text[:LONGEST_NAMED] for finding in unsound]
    named += [text[:LONGEST_NAMED] for text in altered]
    named += [f"position {f.position}: {f.topic}" for f in judged.findings if f.position not in positions]
    named += [f"{difference.table}: {difference.column or difference.text}" for difference in compared.differences]
    sending.send(_Result(judged.position, judged.events, compared.rows, len(named), tuple(named[:MOST_NAMED])))


def _altered(conn: Conn, tiles: Conn, guard: EventGuard) -> tuple[str, ...]:
    """Return where the log is not the one that was signed: events that are gone, or stand in another's place."""
    record = guard.memory.read()
    trusted = [guard.public_key, *(key.public_key for key in (record.every_key() if record else ()))]
    return check_log(conn, tiles, trusted, record=record).findings
