"""Each commit of the map counts the events that tell who has to sign, but for those of before (docs/proof.md)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from application.proof.rules.judge import Judge
from domain.kernel.actors import Role
from domain.kernel.identifiers import MAP_ID, SIGNING_RULE_ID
from eventstore.records import Stamp, decode, dumps
from tests.application.proof.test_docs import vector

AT = datetime(2026, 11, 26, tzinfo=UTC)
STREAMS = {
    "proof.map_committed": (MAP_ID, "command:proofMapCommit"),
    "signing.required": (SIGNING_RULE_ID, "command:signingRequire"),
}


@pytest.mark.parametrize("log", vector("commits-of-the-map").split("\n\n"), ids=["who signs is told", "never told"])
def test_a_commit_without_the_number_is_accepted_only_before_it_was_needed(log: str) -> None:
    judge = Judge()
    otherwise: list[str] = []
    for line in log.splitlines():
        position, topic, version, data, verdict = line.split(" ")
        values = json.loads(data) | ({"root": "0" * 64} if topic == "proof.map_committed" else {})
        stream, cause = STREAMS[topic]
        stamp = Stamp(recorded_at=AT, actor="system", role=Role.SYSTEM, command_id=UUID(int=int(position)), cause=cause)
        state = dumps({"schema_version": int(version), "stamp": stamp, "data": values})
        record = decode(int(position), stream, judge.scene.version(stream) + 1, topic, state)
        findings = [finding for finding in judge.take(record, int(version)) if not finding.warning]
        if verdict != ("refused" if findings else "accepted"):
            otherwise.append(line)
    assert otherwise == []
