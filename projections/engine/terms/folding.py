"""Fold anew what decides the columns that show terms, and nothing else: what is sealed stays so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from eventstore.log import read_streams
from projections.engine.folding import fold_batch
from projections.engine.projection import Key, Projection, Row
from projections.engine.registry import Registry
from projections.engine.terms_in_force import TermsInForce

#: Streams whose events are held in memory at once.
AT_ONCE = 1_000

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class TermFolds:
    """The folds of a projection that differ with the terms in force. The others leave its term columns alone."""

    projection: Projection

    @classmethod
    def of_registry(cls, registry: Registry, name: str, now: TermsInForce) -> TermFolds:
        """Return those of the read model `name`, with terms as `now` says."""
        without, projection = _named(registry(TermsInForce()), name), _named(registry(now), name)
        folds = {event: fold for event, fold in projection.folds.items() if fold is not without.folds.get(event)}
        return cls(replace(projection, folds=folds, derive=None))

    def shown(self, conn: Conn, streams: Sequence[UUID], upto: int) -> Iterator[Mapping[Key, Row]]:
        """Yield what the term columns of these streams' rows hold at position `upto`, by the keys of the rows."""
        topics = [event.topic for event in self.projection.folds]
        columns = self.projection.terms.columns.values()
        for start in range(0, len(streams), AT_ONCE):
            records = read_streams(conn, streams[start : start + AT_ONCE], upto, topics)
            folded = fold_batch(self.projection, records, _no_rows).after
            yield {key: {name: row[name] for name in columns} for key, row in folded.items() if row is not None}


def _named(known: Sequence[Projection], name: str) -> Projection:
    return next(projection for projection in known if projection.name == name)


def _no_rows(keys: Sequence[Key]) -> dict[Key, Row]:
    return {}
