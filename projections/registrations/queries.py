"""Registrations: those for an animation, and one with its place in the waiting list."""

from __future__ import annotations

from collections.abc import Collection

from projections.engine.paging import Filter, Listing, Order, Source

#: With the animation's time zone and who registered, null once erased.
SOURCE = Source(
    table="registrations",
    alias="g",
    shown=(
        ", a.time_zone, p.first_name, p.last_name, p.email, p.phone, p.removal_reason, u.reason AS unreached"
        ", CASE WHEN g.status = 'WAITING' THEN (SELECT count(*) FROM {registrations} w"
        " WHERE w.animation_id = g.animation_id AND w.status = 'WAITING' AND w.place <= g.place AND w.repeats IS NULL)"
        # A repetition is not in the line: it gets the place that a further registration would have had.
        " + CASE WHEN g.repeats IS NULL THEN 0 ELSE 1 END END AS place_in_line"
    ),
    joined=(
        "JOIN {animations} a USING (animation_id) LEFT JOIN {registrants} p USING (registration_id)"
        " LEFT JOIN {unreached} u ON u.about_id = g.registration_id"
    ),
    owner="animation_id",
)
BY_ID = f"SELECT g.*{SOURCE.shown} FROM {SOURCE.rows} {SOURCE.joined} WHERE g.registration_id = %(id)s"
#: Those who have a seat, in the order of registering: for the attendance sheet.
SEATED = """
SELECT p.first_name, p.last_name FROM {registrations} g JOIN {registrants} p USING (registration_id)
WHERE g.animation_id = %(animation_id)s AND g.status = 'SEATED' AND g.repeats IS NULL ORDER BY g.place LIMIT %(most)s"""
OF_ANIMATION = """
SELECT animation_id, registration_id FROM {registrations}
WHERE animation_id = %(animation_id)s AND erased_at IS NULL"""
#: Registrations, given up or not, for animations that have not begun, on a day or on any.
UPCOMING = """
SELECT g.animation_id, g.registration_id FROM {animations} a JOIN {registrations} g USING (animation_id)
WHERE a.status = 'PUBLISHED' AND a.starts_at > %(now)s AND (%(day)s::date IS NULL OR a.day = %(day)s::date)
AND g.erased_at IS NULL ORDER BY a.starts_at LIMIT %(most)s"""
#: Animations that begin soon, and whose registrants were not reminded of that date.
TO_REMIND = """
SELECT a.animation_id FROM {animations} a LEFT JOIN {reminders} r ON r.animation_id = a.animation_id
WHERE a.status = 'PUBLISHED' AND NOT a.suspended AND a.starts_at > %(now)s AND a.starts_at <= %(until)s
AND r.reminded_of IS DISTINCT FROM a.starts_at
AND EXISTS (SELECT FROM {registrations} g WHERE g.animation_id = a.animation_id AND g.status = 'SEATED')
ORDER BY a.starts_at, a.animation_id LIMIT %(most)s"""
#: In the order of registering: the waiting list is in the order of its line.
ORDERS = (Order("place", "g.place", "bigint"), Order("id", "g.registration_id", "uuid"))
LISTING = Listing(SOURCE, ORDERS)
#: Registrations for several animations, the latest first.
OF_PERSON = Listing(
    SOURCE,
    (
        Order("registered_at", "g.registered_at", "timestamptz", True),
        Order("id", "g.registration_id", "uuid", True),
    ),
)


def made_for_others_by(person: str) -> Filter:
    """Return the filter of what a person in office registered for others, repetitions included."""
    return Filter().where("g.on_behalf").where("g.registered_by_person = %(person)s", person=person)


def made_for_themself_by(person: str) -> Filter:
    """Return the filter of what a person in office registered for, themself."""
    return Filter().where("NOT g.on_behalf").where("g.registered_by_person = %(person)s", person=person)


#: People told by telephone alone: without an e-mail address, or with one that letters do not reach.
_TO_CALL = """(g.status <> 'CANCELLED' AND (
    EXISTS (SELECT FROM {registrants} n WHERE n.registration_id = g.registration_id AND n.email IS NULL)
    OR EXISTS (SELECT FROM {unreached} l WHERE l.about_id = g.registration_id))) = %(to_call)s"""

#: People with a printed ticket alone: the link of all others is in a letter.
WITHOUT_EMAIL = (
    Filter()
    .where("g.status <> 'CANCELLED' AND g.repeats IS NULL")
    .where("EXISTS (SELECT FROM {registrants} n WHERE n.registration_id = g.registration_id AND n.email IS NULL)")
)


def narrowed(status: Collection[str] | None, to_call: bool | None = None) -> Filter:
    """Return the filter by status, and by whether they are told by telephone. No list shows repetitions."""
    listed = Filter().where("g.repeats IS NULL")
    if to_call is not None:
        listed = listed.where(_TO_CALL, to_call=to_call)
    return listed.among("g.status", "status", status) if status else listed
