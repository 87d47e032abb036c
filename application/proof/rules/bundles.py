"""The judge over a bundle: what other streams would say is unknown, and their rules are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from application.proof.leaves import decode_leaf
from application.proof.rules.findings import Finding
from application.proof.rules.judge import Judge
from application.proof.rules.signatures import signature_findings
from eventstore.records import decode, schema_version_of


def findings_in(leaves: Sequence[bytes]) -> Iterator[Finding]:
    """Yield what no honest system would have recorded among these leaves, in the order of the log, of whole streams.

    Raises UnreadableEvent for an event that this code does not know, ValueError for a bad leaf.
    """
    decoded = [decode_leaf(data) for data in leaves]
    judge = Judge(frozenset(leaf.aggregate_id for leaf in decoded))
    for leaf in decoded:
        record = decode(leaf.position, leaf.aggregate_id, leaf.version, leaf.topic, leaf.state)
        yield from signature_findings(judge.scene, record, leaf.state)
        yield from judge.take(record, schema_version_of(leaf.state))
    yield from judge.end()
