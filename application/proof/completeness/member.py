"""The member of a bundle that shows that nothing of its dossier was left out, as of the map that was signed last."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.proof.completeness.map_entries import Changes, animation_key, changes_of, dossier_key, stream_key
from application.proof.completeness.sparse_tree import SparseTree, verifies
from application.proof.completeness.stored_map import load
from application.proof.dossier_streams import CannotBeProved
from domain.kernel.identifiers import MAP_ID, SIGNING_RULE_ID
from domain.proof.events import MapCommitted
from eventstore.records import Recorded

Conn = Connection[Any]


class MapDoesNotFit(CannotBeProved):
    """Raised when the stored map holds something else than the log: somebody altered one of them."""


def expected_values(
    dossier_id: UUID, animations: Iterable[UUID], records: Iterable[Recorded], committed: Recorded
) -> Changes:
    """Return what the map has to hold of a dossier and all that it rests on, by key in their order."""
    values: Changes = dict.fromkeys([dossier_key(dossier_id), *map(animation_key, animations)])
    values |= changes_of(records)
    # The map holds every stream, that of its own roots too: so no other root stands between it and this one.
    before = committed.originator_version - 1
    values[stream_key(MAP_ID)] = str(before) if before else None
    if isinstance(committed.event, MapCommitted) and committed.event.signing_rules is not None:
        # Also where the log holds no such event: that one was deleted is seen then.
        values.setdefault(stream_key(SIGNING_RULE_ID), None)
    return dict(sorted(values.items()))


def completeness_member(conn: Conn, root: bytes, values: Changes, committed: dict[str, Any]) -> dict[str, Any]:
    """Return the member's content: the event that committed the map, proved, and the proof of each value.

    In the transaction that committed the map. Raises MapDoesNotFit.
    """
    tree, _ = load(conn, values)
    if tree.root != root or not all(verifies(root, key, value, tree.prove(key)) for key, value in values.items()):
        raise MapDoesNotFit("the stored map does not fit the log: ask parentalite audit check")
    return {"committed": committed, "values": [_entry(tree, key, value) for key, value in values.items()]}


def _entry(tree: SparseTree, key: str, value: str | None) -> dict[str, Any]:
    proof, other = tree.prove(key), None
    if proof.other is not None:
        other = {"path": _to_base64(proof.other.path), "digest": _to_base64(proof.other.digest)}
    return {"key": key, "value": value, "siblings": [_to_base64(node) for node in proof.siblings], "other": other}


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
