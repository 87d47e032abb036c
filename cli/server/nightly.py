"""The nightly check: every event is judged and every row compared, in a process of its own, and the result recorded."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe

from application.application import Application
from application.proof.authenticity.guard import EventGuard
from application.proof.authenticity.log_audit import unsound_in
from application.proof.log_checks import LONGEST_NAMED, MOST_NAMED, ProofLogCheck
from application.proof.rules.log import judge_log
from domain.kernel.actors import SYSTEM
from eventstore.connections import connect
from eventstore.vault import Vault
from projections.checking.read_models import check_read_models


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
    with connect(database_url, "parentalite-check") as conn:
        unsound = unsound_in(conn, guard)
        judged = judge_log(conn)
    compared = check_read_models(database_url, Vault(master_key))
    # What was not recorded here is rarely lawful, too: it counts once.
    positions = {finding.position for finding in unsound}
    named = [finding.text[:LONGEST_NAMED] for finding in unsound]
    named += [f"position {f.position}: {f.topic}" for f in judged.findings if f.position not in positions]
    named += [f"{difference.table}: {difference.column or difference.text}" for difference in compared.differences]
    sending.send(_Result(judged.position, judged.events, compared.rows, len(named), tuple(named[:MOST_NAMED])))
