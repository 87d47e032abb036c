"""The judge over the whole log, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from application.proof.rules.draws import findings_in_draws
from application.proof.rules.findings import Finding
from application.proof.rules.judge import Judge
from application.proof.rules.signatures import signature_findings
from eventstore.cycles import without_search_for_cycles
from eventstore.log import Stored, head, stored_after
from eventstore.records import UnreadableEvent, decode, schema_version_of

Conn = Connection[Any]
#: Called with (step, done, total) as a step advances.
Progress = Callable[[str, int, int], None]

#: Enough to see what happened; each further one may follow from the first.
MOST_FINDINGS = 20
_BETWEEN_PROGRESS = 5_000


@dataclass(frozen=True, slots=True)
class RulesReport:
    """`findings` are the first ones, in the order of the log; `position` is the last that was judged."""

    events: int
    position: int
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def judge_log(conn: Conn, progress: Progress | None = None, most: int = MOST_FINDINGS) -> RulesReport:
    """Judge every event up to the head, and stop after `most` findings. `conn` is in autocommit mode.

    Raises UnreadableEvent at an event that this code cannot understand.
    """
    with without_search_for_cycles():
        return _judge(conn, progress, most)


def _judge(conn: Conn, progress: Progress | None, most: int) -> RulesReport:
    until, judge = head(conn), Judge()
    findings: list[Finding] = []
    warnings: list[Finding] = []
    events = position = 0
    for events, row in enumerate(stored_after(conn, until), 1):
        position = row[0]
        for finding in _judged(judge, row):
            (warnings if finding.warning else findings).append(finding)
        if len(findings) >= most:
            break
        if progress and events % _BETWEEN_PROGRESS == 0:
            progress("judging", position, until)
    findings += judge.end()
    if not findings:
        # Every event can be read.
        findings += findings_in_draws(conn, until)
    if progress:
        progress("judging", until, until)
    return RulesReport(events, position, tuple(findings[:most]), tuple(warnings[:most]))


def _judged(judge: Judge, row: Stored) -> Iterator[Finding]:
    position, stream, version, topic, state = row
    try:
        record = decode(*row)
        yield from signature_findings(judge.scene, record, state)
        yield from judge.take(record, schema_version_of(state))
    except (UnreadableEvent, ValueError, TypeError) as error:
        judge.skip(stream, version)
        yield Finding(position, stream, version, topic, f"it cannot be read: {error}")
