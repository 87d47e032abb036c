"""Functions by which PostgreSQL itself reads the stamps of stored events, and the indexes that find histories."""

from __future__ import annotations

from typing import LiteralString

#: A time that PostgreSQL can read, on a day that exists.
_TIME = (
    r"^20(\d\d-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
    r"|([02468][048]|[13579][26])-02-29)"
    r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$"
)
#: They read from the stamp without parsing the whole event, which takes twenty times as long. The first place of a key
#: in the JSON is the stamp's: it comes before the data, and quotes within texts are escaped. They never fail: a row
#: that somebody put into the log by hand must not keep the indexes from being made.
FUNCTIONS: dict[LiteralString, tuple[LiteralString, LiteralString]] = {
    "event_time": (
        "timestamptz",
        f"""
DECLARE
    at CONSTANT int := position('"recorded_at":' IN state);
    stamped text;
BEGIN
    IF at > 0 THEN
        stamped := split_part(encode(substring(state, at + 14, 42), 'escape'), '"', 2);
        IF stamped ~ '{_TIME}' THEN RETURN stamped::timestamptz; END IF;
    END IF;
    RETURN NULL;
END """,
    ),
    "event_structure": (
        "uuid",
        """
DECLARE
    at CONSTANT int := position('"structure_id":' IN state);
    digits text;
BEGIN
    IF at > 0 THEN
        digits := replace(split_part(encode(substring(state, at + 15, 42), 'escape'), '"', 2), '-', '');
        -- A pattern that counts takes five times as long.
        IF length(digits) = 32 AND digits ~ '^[0-9a-f]*$' THEN RETURN digits::uuid; END IF;
    END IF;
    RETURN NULL;
END """,
    ),
    # An empty text for none: each event has its place in the index.
    "event_territory": (
        "text",
        """
DECLARE
    at CONSTANT int := position('"territory":' IN state);
    stamped text;
BEGIN
    IF at > 0 THEN
        stamped := ltrim(encode(substring(state, at + 12, 42), 'escape'));
        IF starts_with(stamped, '"') THEN RETURN split_part(stamped, '"', 2); END IF;
    END IF;
    RETURN '';
END """,
    ),
}
BODIES = "SELECT proname, prosrc FROM pg_proc WHERE oid IN (to_regproc(%s), to_regproc(%s), to_regproc(%s))"
#: The day of an event (UTC). To find days by the index a query must write the same.
EVENT_DAY: LiteralString = "((event_time(state) AT TIME ZONE 'UTC')::date)"
#: How the history is found: of a structure, of territories and kinds of events, of a time.
INDEXES: dict[LiteralString, LiteralString] = {
    "stored_events_of_structure": "(event_structure(state), notification_id)",
    "stored_events_of_territory": "(event_territory(state), topic, notification_id)",
    "stored_events_of_day": f"({EVENT_DAY}, notification_id, event_time(state))",
}
MISSING = """
SELECT name FROM unnest(%s::text[]) AS name
WHERE NOT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(name)), false)"""
