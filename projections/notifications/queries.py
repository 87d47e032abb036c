"""A person's notifications, the latest first, with whether they have read each."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from eventstore.seals import SEAL
from projections.engine.paging import Filter, Listing, Order, Source

_IS_READ = """
EXISTS (SELECT FROM public.notification_reads r
    WHERE r.reader = %(reader)s AND r.notification_id = n.notification_id)"""
#: The event with a notification's reason, if any, and the key that seals it.
_REASON = f"""
LEFT JOIN public.stored_events e ON n.with_reason AND e.notification_id = n.position
LEFT JOIN public.person_keys k ON n.with_reason AND k.wrapped_key IS NOT NULL
    AND k.key_id = substring(convert_from(e.state, 'UTF8') FROM '"{SEAL}([0-9a-f-]{{{{36}}}}):')::uuid"""
SOURCE = Source(
    table="public.notifications",
    alias="n",
    shown=f", {_IS_READ} AS is_read, e.originator_id, e.originator_version, e.topic, e.state, k.key_id, k.wrapped_key",
    joined=_REASON,
)
ORDERS = (Order("id", "n.notification_id", "bigint", True),)
LISTING = Listing(SOURCE, ORDERS)
#: The limit of counting: more are shown as so many or more.
MOST_COUNTED = 1_000
#: The people to telephone: the registrations among these that are still known.
TO_CALL = """
SELECT g.registration_id, g.structure_id, g.on_behalf, g.registered_by, p.first_name, p.last_name, p.phone
FROM {registrations} g JOIN {registrants} p USING (registration_id)
WHERE g.registration_id = ANY(%(ids)s) ORDER BY g.place"""
#: The events that name the things of notifications, and the keys that seal their words.
STREAMS = """
SELECT notification_id AS position, originator_id, originator_version, topic, state FROM public.stored_events
WHERE originator_id = ANY(%(streams)s) ORDER BY originator_id, originator_version"""
KEYS = "SELECT key_id, wrapped_key FROM public.person_keys WHERE key_id = ANY(%(ids)s) AND wrapped_key IS NOT NULL"
UNREAD = f"""
SELECT count(*) AS unread FROM (SELECT FROM public.notifications n
WHERE n.recipient = ANY(%(recipients)s) AND NOT {_IS_READ} LIMIT {MOST_COUNTED}) AS counted"""


def received_by(recipients: Sequence[str], reader: UUID) -> Filter:
    filtered = Filter().each_of("n.recipient", "%(recipients)s::text[]", recipients=list(recipients))
    return filtered.where("true", reader=reader)
