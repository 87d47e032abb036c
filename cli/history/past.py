"""The state of a thing as it was known at a moment: `--at` read, its events folded, its fields in French."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import typer

from application.papers.words import STATUSES
from cli.composition import Conn, utc_now
from cli.console import Refused
from cli.history.french import FIELDS
from cli.history.timeline import Privacy
from domain.kernel.identifiers import TYPOLOGY_ID
from eventstore.log import head, read_stream
from eventstore.records import Recorded
from projections.engine.past import Moment, end_of, projections_of, rows_of
from projections.engine.projection import Row
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections

#: Columns for finding and sorting, or that others already show.
NOT_SHOWN = frozenset(
    {
        "account_id",
        "acts",
        "animation_id",
        "attesting_acts",
        "candidature_id",
        "group_id",
        "logo_id",
        "name_key",
        "compared_name",
        "passkeys_id",
        "person_id",
        "place",
        "place_key",
        "project_id",
        "strategy_id",
        "registered_by_person",
        "reminded_of",
        "request_id",
        "search",
        "territory_id",
        "time_zone",
        "title_key",
        "webhook_id",
    }
)


@cache
def column_names() -> Mapping[str, str]:
    """Return the French names of the columns of read models."""
    labels = {
        name: label for projection in projections(TermsInForce()) for name, label in projection.table.labels.items()
    }
    return {**labels, **FIELDS}


def moment_of(conn: Conn, text: str) -> Moment:
    """Return the moment of `--at`. Raises BadParameter if it is no moment, Refused if it has not come."""
    if text.isascii() and text.isdigit():
        reached = head(conn)
        if not 1 <= int(text) <= reached:
            raise Refused(f"there is no position {text} yet: the log goes from 1 to {reached}")
        return Moment(position=int(text))
    since, before = _bounds(text)
    if since > utc_now():
        raise Refused(f"{text} is still to come")
    return Moment(before=before)


def _bounds(text: str) -> tuple[datetime, datetime]:
    """The instant meant, or the first of the day, and the first instant after it."""
    try:
        if len(text) == len("2027-01-15"):
            day = date.fromisoformat(text)
            return end_of(day - timedelta(days=1)), end_of(day)
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant, instant + timedelta(microseconds=1)
    except (ValueError, OverflowError):
        pass
    raise typer.BadParameter(
        f"{text!r} is neither a position (digits), nor a day (2027-01-15: until its end in Paris), nor an instant with "
        "its offset (2027-01-15T18:00:00+01:00)",
        param_hint="--at",
    )


def state_of(conn: Conn, stream: UUID, moment: Moment, records: Sequence[Recorded]) -> list[Row]:
    """The rows that the read models held of the stream after these records; marks stand for what is personal."""
    privacy = Privacy(conn, records)
    own = [privacy.masked(record) for record in records if record.originator_id == stream]
    typology = moment.until(read_stream(conn, TYPOLOGY_ID))
    open_to_all = (
        projection
        for projection in projections_of(typology)
        if not (projection.append_only or projection.opens_personal)
    )
    return [
        {column: row[column] for column in projection.table.columns if column in row}
        for projection in open_to_all
        for row in rows_of(projection, own).values()
    ]


def titled_values(row: Row) -> Iterator[tuple[str, str, Any]]:
    """Yield (column, French name, value) of what a person wants to know of the row, leaving out what is empty."""
    for name, value in row.items():
        if name not in NOT_SHOWN and value not in (None, [], False):
            several = isinstance(value, list) and value and isinstance(value[0], dict | UUID)
            summary = len(value) if several else STATUSES.get(value, value) if name == "status" else value
            yield name, column_names()[name], summary
