"""Whether each control was drawn from the first checkpoint signed after its announcement, as the log's tree has it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.proof.checkpoints import first_covering, with_size
from application.proof.rules.findings import Finding
from domain.controls.events import ControlDrawn, ControlOpened
from eventstore.log import LAST_POSITION, read_topics

Conn = Connection[Any]


def findings_in_draws(conn: Conn, until: int = LAST_POSITION) -> Iterator[Finding]:
    """Yield what is wrong with the seed of each draw up to a position, in the order of the log."""
    announced: dict[UUID, int] = {}
    for record in read_topics(conn, [ControlOpened.topic, ControlDrawn.topic], until):
        if isinstance(record.event, ControlDrawn):
            for reason in _reasons(conn, record.event, announced.get(record.originator_id, 0)):
                yield Finding.about(record, reason)
        else:
            announced[record.originator_id] = record.position


def _reasons(conn: Conn, fact: ControlDrawn, announced_at: int) -> Iterator[str]:
    checkpoint, first = with_size(conn, fact.checkpoint_size), first_covering(conn, announced_at)
    if checkpoint is None:
        yield f"it is drawn from checkpoint {fact.checkpoint_size}, which was never signed"
        return
    if base64.b64encode(checkpoint.root).decode() != fact.seed:
        yield f"its seed is not the root of checkpoint {fact.checkpoint_size}"
    if checkpoint.position < announced_at:
        yield f"checkpoint {fact.checkpoint_size} was signed before the control was announced"
    elif first is not None and first.size < fact.checkpoint_size:
        yield f"it is drawn from checkpoint {fact.checkpoint_size}: {first.size} is the first after its announcement"
