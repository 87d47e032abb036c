"""Whatever is recorded together, each decision gets the verdict that it would get alone, in its turn."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans, integers, lists, none, sampled_from, tuples

from application.application import Application
from eventstore.log import head
from eventstore.recording.batches import Decided, Earlier, Idempotency, Outcome, Outdated, Verdict, apart
from eventstore.sessions.log_memory import Seen

_Drawn = tuple[int, int, int, int, int, int | None, bool]
#: Numbers stand for streams and keys, which are others in each example.
_STREAMS, _KEYS = range(4), range(3)
_STATE = b"{}"
_STORED = """
SELECT originator_id, max(originator_version), count(*) FROM stored_events WHERE originator_id = ANY(%s)
GROUP BY 1 ORDER BY 1"""
#: What it writes and how much, what else it reads, how many versions it missed of both; a key, and whether its content
#: is new.
_DECISIONS = tuples(
    sampled_from(_STREAMS),
    integers(1, 3),
    sampled_from(_STREAMS),
    sampled_from((0, 0, 0, 1)),
    sampled_from((0, 0, 0, 0, 1)),
    none() | sampled_from(_KEYS),
    booleans(),
)


class _Model:
    """The log as it should be, in Python."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.versions: dict[UUID, int] = {}
        self.used: dict[UUID, Earlier] = {}

    def record(self, batch: Sequence[Decided]) -> list[Verdict]:
        verdicts, others = apart(batch)
        for place, decided in others.items():
            verdicts[place] = self._verdict(decided)
        for place, decided in others.items():
            if isinstance(verdicts[place], Outcome):
                verdicts[place] = self._append(decided)
        return [verdicts[place] for place in range(len(batch))]

    def _verdict(self, decided: Decided) -> Verdict:
        if decided.idempotency and (earlier := self.used.get(decided.idempotency.key)):
            return earlier
        changed = [stream for stream, version in decided.reads.items() if version != self.versions.get(stream, 0)]
        return Outdated(changed) if changed else Outcome(decided.subject_id, 0)

    def _append(self, decided: Decided) -> Outcome:
        for stream, version, *_ in decided.events:
            self.versions[stream] = version
        self.position += len(decided.events)
        outcome = Outcome(decided.subject_id, self.position)
        if decided.idempotency:
            self.used[decided.idempotency.key] = Earlier(decided.idempotency.content_digest, outcome)
        return outcome


@given(batches=lists(lists(_DECISIONS, min_size=1, max_size=6), min_size=2, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_each_decision_gets_the_verdict_of_its_turn(app: Application, batches: list[list[_Drawn]]) -> None:
    with app.pool.connection() as conn:
        before = head(conn)
    model = _Model(before)
    streams, keys = [uuid4() for _ in _STREAMS], [uuid4() for _ in _KEYS]
    for batch in batches:
        decisions = []
        for writes, events, reads, missed, missed_elsewhere, key, is_new in batch:
            stream, other = streams[writes], streams[reads]
            seen = {stream: max(0, model.versions.get(stream, 0) - missed)}
            seen.setdefault(other, max(0, model.versions.get(other, 0) - missed_elsewhere))
            rows = [(stream, seen[stream] + n, "animation.published", _STATE) for n in range(1, events + 1)]
            idempotency = None if key is None else Idempotency(keys[key], b"%d" % is_new)
            decisions.append(Decided(uuid4(), rows, seen, idempotency))
        assert _by_name(app.recorder.record(decisions)) == _by_name(model.record(decisions))
    assert {key: app.recorder.earlier_outcome(key) for key in keys} == {key: model.used.get(key) for key in keys}
    with app.pool.connection() as conn:
        assert head(conn) == model.position
        stored = conn.execute(_STORED, (streams,)).fetchall()
    assert stored == [(stream, version, version) for stream, version in sorted(model.versions.items())]
    if model.position > before:
        assert app.memory.seen == Seen(model.position, sha256(_STATE).digest())


def _by_name(verdicts: Sequence[Verdict]) -> list[object]:
    """Which of several changed streams comes first tells nothing."""
    return [frozenset(verdict.streams) if isinstance(verdict, Outdated) else verdict for verdict in verdicts]
