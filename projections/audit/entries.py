"""The entries of the audit trail: the log itself, up to where the read models are."""

from __future__ import annotations

from typing import LiteralString

from eventstore.stamps import EVENT_DAY

#: The territory of events without one.
NO_TERRITORY = ""
#: The expression of the index by days, as queries of the entries must write it.
RECORDED_DAY: LiteralString = EVENT_DAY.replace("event_time(state)", "recorded_at")

#: A read model that stands still holds nobody else up. Where all do, the event that they stand before is no entry yet.
_REACHED = """
SELECT coalesce(min(position) FILTER (WHERE failed_position IS NULL), min(position))
FROM read_models.generations WHERE state = 'live'"""
#: In the place of a table, where a query names `{audit_trail}`.
ENTRIES: LiteralString = f"""(
    SELECT notification_id AS position, event_time(state) AS recorded_at, topic AS type, originator_id AS subject_id,
        event_structure(state) AS structure_id, event_territory(state) AS territory, originator_version, state
    FROM stored_events WHERE notification_id <= ({_REACHED}))"""
