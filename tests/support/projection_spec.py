"""Given what happened, when one thing more happens, then the row reads so: read models specified in the manner of
Emmett, each event folded and written by the engine in a table of a real PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection, Rollback, sql

from domain.kernel.actors import Role
from domain.kernel.events import Event
from eventstore.records import Recorded, Stamp
from projections.engine.folding import fold_batch
from projections.engine.generations import identifier
from projections.engine.projection import Projection, Row
from projections.engine.tables import load_rows, write_changes
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections
from tests.support.domain.builders import OURS, PERSON
from tests.support.domain.story import SUBJECT

ACTOR = "Les Tilleuls"
_EMPTY: tuple[Any, ...] = (None, False, 0, [])
_GENERATION = 1
_PROJECTIONS = {projection.name: projection for projection in projections(TermsInForce())}


def at(number: int) -> datetime:
    """When the event of that number (from 1) is recorded."""
    return datetime(2027, 1, 1, 12, tzinfo=UTC) + timedelta(days=number - 1)


def dossier_acts(*topics: str) -> list[Row]:
    """Return what was done with a dossier, as its row holds it."""
    return [{"topic": f"service_dossier.{topic}", "name": ACTOR, "person": None} for topic in topics]


@dataclass(frozen=True, slots=True)
class Spec:
    """One sentence about the row of the read model `table` that `when` concerns.

    `then` holds every column that changes, and for a new row every column that is not empty, but for the key and the
    version. None: there is no row any more.
    """

    table: str
    sentence: str
    given: Sequence[Event]
    when: Event
    then: Mapping[str, Any] | None

    def __str__(self) -> str:
        return f"{self.table}: {self.sentence}"

    @property
    def projection(self) -> Projection:
        return _PROJECTIONS[self.table]

    def check(self, conn: Connection[Any]) -> None:
        """Raise AssertionError unless it holds. Leaves nothing in the table."""
        assert self.changes(conn) == self.then

    def changes(self, conn: Connection[Any]) -> Row | None:
        *earlier, last = (_recorded(number, event) for number, event in enumerate([*self.given, self.when], 1))
        with conn.transaction():
            before = None
            for record in earlier:
                self._take(conn, [record])
            before = self._row(conn, last)
            self._take(conn, [last])
            after = self._row(conn, last)
            self._assert_summed(conn)
            raise Rollback
        with conn.transaction():
            # As a rebuild folds them, and a projector behind: nothing is derived in between.
            self._take(conn, [*earlier, last])
            assert self._row(conn, last) == after
            raise Rollback
        if after is None:
            return None
        if "version" in after and "version" not in self.projection.table.key:
            assert after.pop("version") == last.originator_version
        columns = [name for name in after if name not in self.projection.table.key]
        if before is None:
            return {name: after[name] for name in columns if after[name] not in _EMPTY}
        return {name: after[name] for name in columns if after[name] != before[name]}

    def _take(self, conn: Connection[Any], records: Sequence[Recorded]) -> None:
        changes = fold_batch(self.projection, records, lambda keys: self._rows(conn, keys))
        write_changes(conn, self.projection, _GENERATION, changes)

    def _assert_summed(self, conn: Connection[Any]) -> None:
        """Raise AssertionError unless a rebuild would sum what adding up row by row came to."""
        for rollup in self.projection.rollups:
            query = sql.SQL(rollup.summed).format(rows=identifier(self.table, _GENERATION))
            summed = conn.execute(query).fetchall()
            added = conn.execute(sql.SQL("TABLE {}").format(identifier(rollup.name, _GENERATION))).fetchall()
            width = len(rollup.table.key)
            assert {row for row in summed if any(row[width:])} == set(added), rollup.name

    def _row(self, conn: Connection[Any], record: Recorded) -> Row | None:
        return next(iter(self._rows(conn, [self.projection.key_of(record)]).values()), None)

    def _rows(self, conn: Connection[Any], keys: Sequence[Any]) -> dict[Any, Row]:
        return load_rows(conn, self.table, self.projection.table, _GENERATION, keys)


def _recorded(number: int, event: Event) -> Recorded:
    stamp = Stamp(
        recorded_at=at(number),
        actor=ACTOR,
        role=Role.STRUCTURE,
        command_id=PERSON,
        cause="command:test",
        structure_id=OURS,
        territory="34",
    )
    return Recorded(number, SUBJECT, number, stamp, event)
