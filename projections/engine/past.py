"""Build the read models of a past moment, by folding the events recorded until then.

Terms are shown by the typology of that moment. Free text is decrypted with today's keys, so erased text stays erased.
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
from projections.engine.planning import Planning
from projections.engine.projection import Key, Projection, Row
from projections.engine.reading import Snapshot
from projections.engine.registry import projections
from projections.engine.terms_in_force import TermsInForce

#: Days without a territory are those of the national team.
PARIS = ZoneInfo("Europe/Paris")
_COLUMNS = "e.notification_id, e.originator_id, e.originator_version, e.topic, e.state"
_STREAMS = f"SELECT {_COLUMNS} FROM stored_events e WHERE e.originator_id = ANY(%(streams)s) ORDER BY 1"
_AT_POSITIONS = f"SELECT {_COLUMNS} FROM stored_events e WHERE e.notification_id = ANY(%(positions)s) ORDER BY 1"
#: The whole streams of the structure's own things: those whose first event belongs to it. Parts of a stream cannot be
#: folded, so a control or an account with only some events of the structure is left out or comes whole.
_OF_STRUCTURE = f"""
SELECT {_COLUMNS} FROM stored_events e WHERE e.originator_id IN (
    SELECT t.subject_id FROM {{audit_trail}} t
    WHERE t.structure_id = %(structure_id)s AND t.originator_version = 1) ORDER BY 1"""
#: About ten times the events of a busy structure in a year; each moment folds all of them anew.
MOST_EVENTS = 50_000
_TERRITORIES = "SELECT code FROM {territories}"


@dataclass(frozen=True, slots=True)
class Moment:
    """The bounds of a past moment: events up to `position` that were recorded before `before`. None sets no bound."""

    position: int | None = None
    before: datetime | None = None

    def until(self, records: Iterable[Recorded]) -> list[Recorded]:
        """Return the records up to the moment, from the records of whole streams in order.

        A stream is cut at its first later event, so the rest can be folded even if a clock went backwards.
        """
        ended: set[UUID] = set()
        records_of_moment = []
        for record in records:
            if self._is_later(record):
                ended.add(record.originator_id)
            elif record.originator_id not in ended:
                records_of_moment.append(record)
        return records_of_moment

    def _is_later(self, record: Recorded) -> bool:
        if self.position is not None and record.position > self.position:
            return True
        return self.before is not None and record.stamp.recorded_at >= self.before


def end_of(day: date) -> datetime:
    """Return the first instant after that day in Paris. Raise OverflowError for the last day of the calendar."""
    return datetime.combine(day + timedelta(days=1), time(), PARIS)


def rows_of(projection: Projection, records: Iterable[Recorded]) -> dict[Key, Row]:
    """Return the projection's rows after these events, which are whole streams or beginnings of streams."""
    after = fold_batch(projection, records, lambda keys: {}).after
    return {key: row for key, row in after.items() if row is not None}


def row_at(conn: Connection[Any], name: str, stream: UUID, moment: Moment) -> Row | None:
    """Return the row of a stream in the read model `name` at the moment, or None. Sealed fields stay sealed."""
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(_STREAMS, {"streams": [stream, TYPOLOGY_ID]}).fetchall()
    records = moment.until(decode_rows(rows))
    (projection,) = (projection for projection in projections_of(records) if projection.name == name)
    own = [record for record in records if record.originator_id == stream]
    return rows_of(projection, own).get((stream,))


def projections_of(records: Iterable[Recorded]) -> Sequence[Projection]:
    """Return the read models, with the typology's events among these records deciding how terms are shown."""
    typology = [record for record in records if record.originator_id == TYPOLOGY_ID]
    return projections(TermsInForce.from_history(typology))


@dataclass(frozen=True, slots=True)
class PastSnapshot(Snapshot):
    """A snapshot whose tables hold the rows of a past moment, so that today's queries answer for that moment.

    `past_rows` holds those rows as JSON, by the parameters that `tables` name. `extra` is added to every row read.
    """

    past_rows: dict[str, str]
    extra: Row

    async def sent(
        self, query: sql.Composed | sql.SQL, params: Any = None, planning: Planning = Planning.CHOSEN
    ) -> Sequence[DictRow]:
        rows = await Snapshot.sent(self, query, {**(params or {}), **self.past_rows}, planning)
        return [row | self.extra for row in rows]


class TooLong(Exception):
    """There are more than `MOST_EVENTS` events to fold for one answer."""


async def of_streams(read: Snapshot, streams: Iterable[UUID]) -> list[Recorded]:
    """Return the records of these streams. Raise TooLong."""
    return await _recorded(read, sql.SQL(f"{_STREAMS} LIMIT {MOST_EVENTS + 1}"), {"streams": list(streams)})


async def at_positions(read: Snapshot, positions: Iterable[int]) -> list[Recorded]:
    """Return the records at these positions, each once."""
    return await _recorded(read, sql.SQL(_AT_POSITIONS), {"positions": list(positions)})


async def of_structure(read: Snapshot, structure_id: UUID) -> list[Recorded]:
    """Return the records of a structure and of its own things. Raise TooLong."""
    statement = f"{_OF_STRUCTURE} LIMIT {MOST_EVENTS + 1}"
    return await _recorded(read, read.sql(statement), {"structure_id": structure_id})


async def of_lists(read: Snapshot) -> list[Recorded]:
    """Return the records of the territories, the typology and the attestation's questions."""
    territories = [territory_id(row["code"]) for row in await read.rows(read.sql(_TERRITORIES))]
    return await of_streams(read, [TYPOLOGY_ID, ATTESTATION_FORM_ID, *territories])


async def _recorded(read: Snapshot, statement: sql.Composed | sql.SQL, params: Mapping[str, Any]) -> list[Recorded]:
    rows = await read.sent(statement, params)
    if len(rows) > MOST_EVENTS:
        raise TooLong
    # Decode in a thread: the work grows with the history.
    return await to_thread.run_sync(lambda: decode_rows(tuple(row.values()) for row in rows))


async def opened(read: Snapshot, vault: Vault, records: Sequence[Recorded]) -> list[Recorded]:
    """Return the records with free text in clear; personal data stay sealed."""
    key_ids = sealed_with(records, of_persons=False)
    rows = await read.rows(sql.SQL(WRAPPED_KEYS), {"key_ids": key_ids}) if key_ids else []
    keys = [(row["key_id"], row["wrapped_key"]) for row in rows]
    return await to_thread.run_sync(lambda: vault.opened(records, keys, of_persons=False))


def past_snapshot(read: Snapshot, moment: Moment, recorded: Sequence[Recorded], extra: Row) -> PastSnapshot:
    """Return the read models, rollups included, after the records of whole streams up to the moment.

    Read models that open personal data are left out.
    """
    records = moment.until(recorded)
    tables: dict[str, sql.Composable] = {"audit_trail": _trail(read, moment)}
    past_rows = {}
    for projection in projections_of(records):
        if projection.append_only or projection.opens_personal:
            continue
        rows = list(rows_of(projection, records).values())
        for relation, listed in {projection.name: rows, **_added_up(projection, rows)}.items():
            name = f"past_{relation}"
            tables[relation] = sql.SQL("jsonb_populate_recordset(NULL::{}, {}::text::jsonb)").format(
                read.tables[relation], sql.Placeholder(name)
            )
            past_rows[name] = orjson.dumps(listed, default=str).decode()
    return PastSnapshot(read.conn, tables, read.position, past_rows, extra)


def _added_up(projection: Projection, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return each of the projection's rollups over these rows."""
    added: dict[str, list[Row]] = {}
    for rollup in projection.rollups:
        deltas = rollup_deltas(rollup, Changes({}, {(place,): row for place, row in enumerate(rows)}))
        columns = rollup.table.columns
        added[rollup.name] = [dict(zip(columns, (*key, *total), strict=True)) for key, total in deltas.items()]
    return added


def _trail(read: Snapshot, moment: Moment) -> sql.Composable:
    bounds = [("position <= {}", moment.position), ("recorded_at < {}", moment.before)]
    conditions = [sql.SQL(bound).format(sql.Literal(value)) for bound, value in bounds if value is not None]
    trail = read.tables["audit_trail"]
    return sql.SQL("(SELECT * FROM {} AS t WHERE {})").format(trail, sql.SQL(" AND ").join(conditions))
