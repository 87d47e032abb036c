"""The read models as they stood at a moment, from the events alone: the folds of today, over what was recorded then.

Terms are shown with the typology of the moment. What people wrote is what can be opened today: what was erased since
stays erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from anyio import to_thread
from psycopg import Connection, sql
from psycopg.rows import DictRow

from domain.kernel.identifiers import ATTESTATION_FORM_ID, TYPOLOGY_ID, territory_id
from eventstore.log import decode_rows
from eventstore.records import Recorded
from eventstore.seals import sealed_with
from eventstore.vault import WRAPPED_KEYS, Vault
from projections.engine.folding import Changes, fold_batch, rollup_deltas
from projections.engine.projection import Key, Projection, Row
from projections.engine.reading import Snapshot
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections

#: Days without further word are those of the national team.
PARIS = ZoneInfo("Europe/Paris")
_COLUMNS = "e.notification_id, e.originator_id, e.originator_version, e.topic, e.state"
_STREAMS = f"SELECT {_COLUMNS} FROM stored_events e WHERE e.originator_id = ANY(%(streams)s) ORDER BY 1"
#: The whole streams of what is the structure's own: those that begin with an event of it. A control or an account that
#: has some events of it is left out, or comes whole: a part of a stream cannot be folded.
_OF_STRUCTURE = f"""
SELECT {_COLUMNS} FROM stored_events e WHERE e.originator_id IN (
    SELECT first.originator_id FROM {{audit_trail}} t JOIN stored_events first ON first.notification_id = t.position
    WHERE t.structure_id = %(structure_id)s AND first.originator_version = 1) ORDER BY 1"""
#: Some ten times what a busy structure has in a year; all that it takes is folded anew for each moment.
MOST_EVENTS = 50_000
_TERRITORIES = "SELECT code FROM {territories}"


@dataclass(frozen=True, slots=True)
class Moment:
    """Until when events are known: up to `position`, included; recorded before `before`. None: no such bound."""

    position: int | None = None
    before: datetime | None = None

    def known(self, records: Iterable[Recorded]) -> list[Recorded]:
        """The records of the moment, out of those of whole streams in order.

        A stream ends with the first of its events that is later, so that what is left can be folded even where a clock
        went backwards.
        """
        ended: set[UUID] = set()
        found = []
        for record in records:
            if self._is_later(record):
                ended.add(record.originator_id)
            elif record.originator_id not in ended:
                found.append(record)
        return found

    def _is_later(self, record: Recorded) -> bool:
        if self.position is not None and record.position > self.position:
            return True
        return self.before is not None and record.stamp.recorded_at >= self.before


def end_of(day: date) -> datetime:
    """The first instant after that day, on the clocks of Paris. Raises OverflowError for the last day that there is."""
    return datetime.combine(day + timedelta(days=1), time(), PARIS)


def rows_of(projection: Projection, records: Iterable[Recorded]) -> dict[Key, Row]:
    """The projection's rows after these events alone, which are whole streams or beginnings of them."""
    after = fold_batch(projection, records, lambda keys: {}).after
    return {key: row for key, row in after.items() if row is not None}


def row_at(conn: Connection[Any], name: str, stream: UUID, moment: Moment) -> Row | None:
    """The row that the read model `name` held of a stream at the moment; None before there was one.

    What is sealed stays so.
    """
    with conn.cursor(binary=True) as cursor:
        found = cursor.execute(_STREAMS, {"streams": [stream, TYPOLOGY_ID]}).fetchall()
    records = moment.known(decode_rows(found))
    (projection,) = (one for one in projections_of(records) if one.name == name)
    own = [record for record in records if record.originator_id == stream]
    return rows_of(projection, own).get((stream,))


def projections_of(records: Iterable[Recorded]) -> Sequence[Projection]:
    """The read models with terms shown as the typology's events among these records say."""
    typology = [record for record in records if record.originator_id == TYPOLOGY_ID]
    return projections(TermsInForce.from_history(typology))


@dataclass(frozen=True, slots=True)
class PastSnapshot(Snapshot):
    """A snapshot whose tables hold rows of the past, so that every query of today answers about then.

    `held` are the rows, as parameters of its tables; `told` is added to every row that is read.
    """

    held: dict[str, str]
    told: Row

    async def sent(self, query: sql.Composed | sql.SQL, params: Any = None) -> Sequence[DictRow]:
        rows = await Snapshot.sent(self, query, {**(params or {}), **self.held})
        return [row | self.told for row in rows]


class TooLong(Exception):
    """There are more events than are folded for one answer."""


async def of_streams(read: Snapshot, streams: Iterable[UUID]) -> list[Recorded]:
    """All that was recorded of these streams. Raises TooLong."""
    return await _recorded(read, sql.SQL(f"{_STREAMS} LIMIT {MOST_EVENTS + 1}"), {"streams": list(streams)})


async def of_structure(read: Snapshot, structure_id: UUID) -> list[Recorded]:
    """All that was recorded of a structure and of what is its own. Raises TooLong."""
    statement = f"{_OF_STRUCTURE} LIMIT {MOST_EVENTS + 1}"
    return await _recorded(read, read.sql(statement), {"structure_id": structure_id})


async def of_lists(read: Snapshot) -> list[Recorded]:
    """All that was recorded of the territories, the typology and the attestation's questions."""
    territories = [territory_id(row["code"]) for row in await read.rows(read.sql(_TERRITORIES))]
    return await of_streams(read, [TYPOLOGY_ID, ATTESTATION_FORM_ID, *territories])


async def _recorded(read: Snapshot, statement: sql.Composed | sql.SQL, params: Mapping[str, Any]) -> list[Recorded]:
    found = await read.sent(statement, params)
    if len(found) > MOST_EVENTS:
        raise TooLong
    # Beside the event loop, as everything that grows with a history.
    return await to_thread.run_sync(lambda: decode_rows(tuple(row.values()) for row in found))


async def opened(read: Snapshot, vault: Vault, records: Sequence[Recorded]) -> list[Recorded]:
    """The records with what people wrote in clear; who they are stays sealed."""
    wanted = sealed_with(records, of_persons=False)
    rows = await read.rows(sql.SQL(WRAPPED_KEYS), {"key_ids": wanted}) if wanted else []
    keys = [(row["key_id"], row["wrapped_key"]) for row in rows]
    return await to_thread.run_sync(lambda: vault.opened(records, keys, of_persons=False))


def past_snapshot(read: Snapshot, moment: Moment, recorded: Sequence[Recorded], told: Row) -> PastSnapshot:
    """The read models after what was recorded by the moment alone, out of whole streams: rollups are of these too. What
    opens personal data is left out.
    """
    records = moment.known(recorded)
    tables: dict[str, sql.Composable] = {"audit_trail": _trail(read, moment)}
    held = {}
    for projection in projections_of(records):
        if projection.append_only or projection.opens_personal:
            continue
        rows = list(rows_of(projection, records).values())
        for relation, listed in {projection.name: rows, **_added_up(projection, rows)}.items():
            name = f"past_{relation}"
            tables[relation] = sql.SQL("jsonb_populate_recordset(NULL::{}, {}::text::jsonb)").format(
                read.tables[relation], sql.Placeholder(name)
            )
            held[name] = orjson.dumps(listed, default=str).decode()
    return PastSnapshot(read.conn, tables, read.position, held, told)


def _added_up(projection: Projection, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """What these rows alone come to in each of the projection's rollups."""
    added: dict[str, list[Row]] = {}
    for rollup in projection.rollups:
        deltas = rollup_deltas(rollup, Changes({}, {(place,): row for place, row in enumerate(rows)}))
        columns = rollup.table.columns
        added[rollup.name] = [dict(zip(columns, (*key, *total), strict=True)) for key, total in deltas.items()]
    return added


def _trail(read: Snapshot, moment: Moment) -> sql.Composable:
    bounds = [("position <= {}", moment.position), ("recorded_at < {}", moment.before)]
    conditions = [sql.SQL(bound).format(sql.Literal(value)) for bound, value in bounds if value is not None]
    return sql.SQL("(SELECT * FROM {} WHERE {})").format(read.tables["audit_trail"], sql.SQL(" AND ").join(conditions))
