"""A page of the audit trail shows that the signed log holds each of its events, and that none is left out."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import Any

from application.proof.checkpoints import ON_REQUEST
from application.proof.leaves import read_leaves
from application.proof.merkle import leaf_hash, verifies_inclusion
from application.proof.notes import SigningKey
from application.proof.signing import make_checkpoint
from eventstore.log import head
from tests.support.api.asking import NATIONAL, Town

KEY = SigningKey.from_seed(b"k" * 32)
TRAIL = """query ($where: AuditWhere, $first: Int, $after: String) { checkpoint { size root }
  auditTrail(where: $where, first: $first, after: $after) {
  pageInfo { endCursor } nodes { position subjectVersion proof { index size leafHash hashes } } } }"""


def test_each_event_is_proved_to_be_in_the_latest_signed_tree(town: Town):
    town.signs()
    # More than one tile of 256, and no full second one.
    (animation, *_) = [town.declares(published=True) for _ in range(130)]
    with town.app.pool.connection() as conn:
        make_checkpoint(conn, KEY, head(conn), ON_REQUEST, town.now)
        leaves = list(read_leaves(conn, 0, head(conn)))
    nodes: list[dict[str, Any]] = []
    after = None
    while len(nodes) < len(leaves):
        answer = town.asks(TRAIL, NATIONAL, first=100, after=after).data
        nodes += answer["auditTrail"]["nodes"]
        assert answer["auditTrail"]["nodes"]
        after = answer["auditTrail"]["pageInfo"]["endCursor"]
    root, size = b64decode(answer["checkpoint"]["root"]), answer["checkpoint"]["size"]
    assert len(nodes) == size == len(leaves)
    for place, node in enumerate(nodes):
        proof = node["proof"]
        assert (proof["index"], proof["size"]) == (place, size)
        leaf, hashes = b64decode(proof["leafHash"]), list(map(b64decode, proof["hashes"]))
        assert leaf == leaf_hash(leaves[place])
        assert verifies_inclusion(leaf, place, size, hashes, root)
    town.now += timedelta(hours=1)
    later = town.declares(published=True)
    of_thing = town.asks(TRAIL, NATIONAL, where={"animationId": str(later)}).data["auditTrail"]["nodes"]
    assert [node["subjectVersion"] for node in of_thing] == [1, 2]
    assert [node["proof"] for node in of_thing] == [None, None]
    before = town.asks(TRAIL, NATIONAL, where={"animationId": str(animation)}).data["auditTrail"]["nodes"]
    assert [node["subjectVersion"] for node in before] == [1, 2]
    assert all(node["proof"] for node in before)
