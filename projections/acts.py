"""The acts on a thing, kept in its row: `allowedActions` compares persons with their authors."""

from __future__ import annotations

from eventstore.records import Recorded
from projections.engine.projection import Row


def with_act(acts: list[Row], record: Recorded) -> list[Row]:
    """Return the acts with one more, unless it followed from another event."""
    author = record.stamp.doer
    if author is None:
        return acts
    act = {"topic": record.event.topic, "name": author.name, "person": author.person}
    return acts if act in acts else [*acts, act]
