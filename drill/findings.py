"""What an event of the drill cost, judged by what clients saw and what the log holds; and the table of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import psycopg

from drill.clients import PASSING, Acknowledged, Attempt, Record

_RECORDED = """
SELECT title, count(*), max(position) FROM (
    SELECT convert_from(state, 'UTF8')::json #>> '{data,title}' AS title, notification_id AS position
    FROM stored_events WHERE notification_id > %s AND topic LIKE 'animation.created%%') AS created
GROUP BY title"""
#: Clients may see failures of any kind for so long after an event.
FIRST_SECONDS = 3.0
#: Commands are back within so many seconds of the primary's death.
BACK_SECONDS = 15.0
#: A shorter pause between two acknowledgements is no outage.
SHORTEST_OUTAGE = 1.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """The log's events under a title, and the position of the last."""

    count: int
    position: int


@dataclass(slots=True)
class Finding:
    """One row of the table."""

    event: str
    acknowledged: int
    back: float
    silence: float
    reads_back: float
    first: Counter[str] = field(default_factory=Counter)
    later: Counter[str] = field(default_factory=Counter)
    unavailable: int = 0
    lost: int = 0
    doubled: int = 0
    reads: int = 0
    stale: int = 0
    abandoned: int = 0
    checkpoint_age: float = 0.0


def recorded(database_url: str, since: int) -> dict[str, Recorded]:
    """Return what the log holds of the animations declared after a position, by their title."""
    with psycopg.connect(database_url) as conn:
        return {title: Recorded(count, last) for title, count, last in conn.execute(_RECORDED, (since,))}


def outage(successes: Iterable[float], since: float) -> tuple[float, float]:
    """Return seconds from `since` until requests succeed again after the longest silence, and how long that was."""
    times = [since, *sorted(at for at in successes if at > since)]
    if len(times) == 1:
        return float("inf"), float("inf")
    silence, end = max((later - sooner, later) for sooner, later in pairwise(times))
    return (end - since if silence > SHORTEST_OUTAGE else 0.0), silence


def lost_and_doubled(acknowledged: Iterable[Acknowledged], log: Mapping[str, Recorded]) -> tuple[int, int]:
    """Count acknowledged commands that the log does not hold at their position, and commands that it holds twice.

    A position that was given to two commands is both: one of them is not there.
    """
    lost = sum(1 for each in acknowledged if each.title not in log or log[each.title].position != each.position)
    return lost, sum(recorded.count - 1 for recorded in log.values())


def errors(attempts: Iterable[Attempt], since: float) -> tuple[Counter[str], Counter[str], int]:
    """Count failures by code: of what began in the first seconds, of what began later, and those that say 'again'."""
    first, later, passing = Counter[str](), Counter[str](), 0
    for attempt in attempts:
        if attempt.code is None:
            continue
        if attempt.code in PASSING:
            passing += 1
        elif attempt.began < since + FIRST_SECONDS:
            first[attempt.code] += 1
        else:
            later[attempt.code] += 1
    return first, later, passing


def judge(event: str, record: Record, since: float, log: Mapping[str, Recorded], checkpoint_age: float) -> Finding:
    back, silence = outage((each.at for each in record.acknowledged), since)
    reads_back, _ = outage((each.ended for each in record.attempts if each.code is None and not each.command), since)
    first, later, passing = errors(record.attempts, since)
    lost, doubled = lost_and_doubled(record.acknowledged, log)
    return Finding(
        *(event, len(record.acknowledged), back, silence, reads_back, first, later, passing, lost, doubled),
        *(record.reads, len(record.stale), len(record.abandoned), checkpoint_age),
    )


_COLUMNS = (
    *("event", "acknowledged", "writes back, s", "longest silence, s", "reads back, s", "told to repeat"),
    *("errors, first 3 s", "errors, later", "lost", "doubled", "stale reads", "checkpoint, s"),
)


def table(findings: Iterable[Finding]) -> str:
    """Return the table in Markdown."""
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|" + "---|" * len(_COLUMNS)]
    for each in findings:
        cells = (
            *(each.event, f"{each.acknowledged:,}", _when(each.back)),
            *(
                f"{each.silence:.1f}",
                _when(each.reads_back),
                f"{each.unavailable:,}",
                _codes(each.first),
                _codes(each.later),
            ),
            *(str(each.lost), str(each.doubled), f"{each.stale} of {each.reads:,}", f"{each.checkpoint_age:.0f}"),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _when(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds else "at once"


def _codes(codes: Counter[str]) -> str:
    return ", ".join(f"{count} {code}" for code, count in codes.most_common()) or "0"


def goals(findings: Iterable[Finding], strictest: str, latest_checkpoint: float) -> list[tuple[str, bool]]:
    """Return each goal and whether it is met: nothing lost in any event, and `strictest` over quickly too."""
    judged: list[tuple[str, bool]] = []
    for each in findings:
        judged.append((f"{each.event}: nothing lost, nothing doubled, nothing given up", not _missing(each)))
        if each.event == strictest:
            judged += [
                (
                    f"{each.event}: writes back in less than {BACK_SECONDS:.0f} s ({each.back:.1f})",
                    each.back < BACK_SECONDS,
                ),
                (f"{each.event}: no stale read ({each.stale} of {each.reads:,})", each.stale == 0 < each.reads),
                (f"{each.event}: no error but UNAVAILABLE after {FIRST_SECONDS:.0f} s", not each.later),
                (
                    f"{each.event}: checkpoints on time ({each.checkpoint_age:.1f} s)",
                    each.checkpoint_age <= latest_checkpoint,
                ),
            ]
    return judged


def _missing(finding: Finding) -> int:
    return finding.lost + finding.doubled + finding.abandoned + (finding.acknowledged == 0)
