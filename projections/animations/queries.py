"""Pages of animations: the public listing and a structure's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from projections.animations.conditions import CONDITIONS, Conditions
from projections.animations.figures import LISTED_ANIMATIONS
from projections.animations.sources import SOURCE, source
from projections.animations.standing import (
    AWAITING_ATTESTATION,
    AWAITING_PUBLICATION,
    OVER,
    SUSPENDED,
    UPCOMING,
    WITHOUT_CONVENTION,
)
from projections.engine.paging import TURN, Filter, Listing, Order
from projections.engine.planning import Planning
from projections.engine.words import text_query

_SELECT = f"SELECT a.*{SOURCE.shown} FROM {SOURCE.rows} {SOURCE.joined}"
BY_IDS = f"{_SELECT} WHERE a.animation_id = ANY(%(ids)s)"
#: Published animations whose end has passed since a moment, and is not yet recorded.
ENDED = """
SELECT animation_id FROM {animations} WHERE status = 'PUBLISHED' AND NOT ended
AND ends_at > %(since)s AND ends_at <= %(now)s ORDER BY ends_at, animation_id LIMIT %(most)s"""
_OF_THAT_HOUR = """
SELECT a.animation_id FROM {animations} a WHERE a.structure_id = (
    SELECT s.structure_id FROM {animations} s WHERE s.animation_id = %(id)s) AND """
#: Animations of the same structure that begin at an instant, or when the clocks of their territory show a time.
OF_THAT_INSTANT = f"{_OF_THAT_HOUR} a.starts_at = %(starts_at)s ORDER BY a.animation_id LIMIT 50"
OF_THAT_CLOCK = f"""{_OF_THAT_HOUR} (a.starts_at AT TIME ZONE a.time_zone) = %(starts_at)s
AND a.starts_at BETWEEN (%(starts_at)s AT TIME ZONE 'UTC') - interval '14 hours'
AND (%(starts_at)s AT TIME ZONE 'UTC') + interval '14 hours' ORDER BY a.animation_id LIMIT 50"""
#: Those whose end is recorded and lies so long ago, and that still wait for their attestation.
UNATTESTED_SINCE = f"""
SELECT animation_id FROM {{animations}} a WHERE {AWAITING_ATTESTATION} AND ended
AND ends_at <= %(until)s AND ends_at > %(since)s ORDER BY ends_at, animation_id LIMIT %(most)s"""
#: Animations to come that no convention covers, and of which that is not yet recorded: all are compared with the
#: conventions at once, since nearly always none is found.
TO_SUSPEND = f"""
WITH uncovered AS MATERIALIZED (
    SELECT a.animation_id, a.ends_at FROM {{animations}} a
    WHERE NOT a.suspended AND a.ends_at > %(now)s AND {WITHOUT_CONVENTION})
SELECT animation_id FROM uncovered ORDER BY ends_at, animation_id LIMIT %(most)s"""
#: Those of which it is recorded, and that one covers now: among those of some streams, which are conventions or
#: animations.
TO_RESUME = f"""
SELECT a.animation_id FROM {{animations}} a
WHERE a.animation_id = ANY(ARRAY(
        SELECT unnest(%(streams)s::uuid[]) UNION SELECT s.animation_id
        FROM {{conventions}} c JOIN {{animations}} s ON s.structure_id = c.structure_id AND s.suspended
        WHERE c.convention_id = ANY(%(streams)s)))
    AND a.suspended AND a.status <> 'CANCELLED' AND NOT a.attested AND NOT ({WITHOUT_CONVENTION})
ORDER BY a.animation_id"""
#: Published animations, each with the `position` of its publication; conditions and a limit may follow.
PUBLISHED = f"""
SELECT a.*{SOURCE.shown}, t.position FROM {SOURCE.rows} {SOURCE.joined} JOIN {{audit_trail}} t
ON t.subject_id = a.animation_id WHERE t.type = 'animation.published'"""
_ID = Order("id", "a.animation_id", "uuid")
#: The order of the animations that wait for publication, unless another is asked for.
BY_DECLARATION = (Order("created_at", "a.created_at", "timestamptz"), _ID)
TO_PUBLISH = Listing(SOURCE, BY_DECLARATION, source)
#: Animations to come, the next one first, then those that have begun, the latest first.
COMING_FIRST = (Order("TURN", "%(turn)s::timestamptz", TURN), Order("STARTS_AT", "a.starts_at", "timestamptz"), _ID)

#: The latest change first.
BY_CHANGE = (Order("changed_at", "a.changed_at", "timestamptz", True), replace(_ID, descending=True))
#: The same by no index: what is looked for is found first, and then sorted.
BY_CHANGE_OF_FEW = (replace(BY_CHANGE[0], expression="a.changed_at + interval '0'"), BY_CHANGE[1])

#: The ways to sort, by the contract's names. Unpublished animations come first by date of publication.
ORDERS: dict[str, tuple[str, str]] = {
    "STARTS_AT": ("a.starts_at", "timestamptz"),
    "TITLE": ("a.title_key", "text"),
    "PUBLISHED_AT": ("coalesce(a.published_at, 'epoch')", "timestamptz"),
    "TYPE": ("a.type", "text"),
    "AUDIENCE": ("a.audience", "text"),
    "STATUS": ("a.status", "text"),
    "ATTESTED": ("a.attested", "boolean"),
}
#: Orders that the public cannot use: it sees one status only, and not whether an animation is attested.
_NOT_PUBLIC = ("STATUS", "ATTESTED")
#: Columns with few values: animations with the same value follow by start.
_GROUPS = ("TYPE", "AUDIENCE", "STATUS", "ATTESTED")


#: The columns of what any of several values is asked for: of one value, and of several.
_AMONG = {name: f"a.{name}" for name in ("territory", "type", "venue_type", "audience", "status")}
_OVERLAPPING = {"theme": "a.themes", "accessibility": "a.accessibility", "language": "a.languages"}
#: Of most animations these are empty. PostgreSQL guesses that half a percent of all have what it never met: it would
#: pass over every animation in the order of the list.
_MOSTLY_EMPTY = {name: f" AND {_OVERLAPPING[name]} <> '{{{{}}}}'" for name in ("accessibility", "language")}
#: Found by the index of what is not attested: in the order of a list most animations are passed over.
_FOUND_WITHOUT_CONVENTION = (
    f"a.animation_id = ANY(ARRAY(SELECT a.animation_id FROM {{animations}} a WHERE {WITHOUT_CONVENTION}))"
)
_AT_AN_INSTANT = {"past": OVER, "upcoming": UPCOMING, "awaiting_attestation": AWAITING_ATTESTATION}
_ONE = {
    "structure_id": "a.structure_id = %(structure_id)s",
    "seats_left": (
        "(a.seats > coalesce((SELECT r.seated FROM {animation_seats} r WHERE r.animation_id = a.animation_id), 0)"
        f" AND NOT {SUSPENDED}) = %(seats_left)s"
    ),
    "attested": "a.attested = %(attested)s",
}
_STARTS = {"starts_from": ">=", "starts_before": "<"}
#: No clock is further from UTC: an index finds the range, the clocks of each territory decide within it.
_FURTHEST = timedelta(hours=14)
#: The conditions that the listing's rollup does not count by.
_NOT_ADDED_UP = CONDITIONS.difference(LISTED_ANIMATIONS.table.key)
#: The conditions of which an index of the listing has all columns.
_OF_INDEX = frozenset(("territory", "starts_from", "starts_before", "upcoming"))
_NO_WORD = "false"


def submitted() -> Filter:
    return Filter((AWAITING_PUBLICATION,))


def published() -> Filter:
    return Filter(("a.status = 'PUBLISHED'",))


def cancelled() -> Filter:
    """Return the filter for animations cancelled after their publication."""
    return Filter(("a.status = 'CANCELLED'", "a.published_at IS NOT NULL"))


def narrowed(filtered: Filter, conditions: Conditions, now: datetime | None = None) -> Filter:
    """Add the conditions to a filter; `now` decides what is past. An empty collection is no filter, like an empty form
    field.
    """
    for name, column in _AMONG.items():
        if chosen := getattr(conditions, name):
            filtered = filtered.among(column, name, chosen)
    if conditions.commune:
        # Several are looked for one by one: most animations are elsewhere.
        filtered = (
            filtered.among("a.commune_code", "commune", conditions.commune)
            if len(conditions.commune) == 1
            else filtered.each_of("a.commune_code", "%(commune)s::text[]", commune=list(conditions.commune))
        )
    if conditions.school:
        filtered = (
            filtered.among("a.school", "school", conditions.school)
            if len(conditions.school) == 1
            else filtered.each_of("a.school", "%(school)s::text[]", school=list(conditions.school))
        )
    for name, column in _OVERLAPPING.items():
        if chosen := getattr(conditions, name):
            condition = f"{column} && %({name})s{_MOSTLY_EMPTY.get(name, '')}"
            filtered = filtered.where(condition, **{name: list(chosen)})
    for name, condition in _ONE.items():
        if (value := getattr(conditions, name)) is not None:
            filtered = filtered.where(condition, **{name: value})
    for name, comparison in _STARTS.items():
        if (start := getattr(conditions, name)) is not None:
            filtered = _started(filtered, name, comparison, start, conditions.time_zones)
    for name, condition in _AT_AN_INSTANT.items():
        if (value := getattr(conditions, name)) is not None:
            filtered = filtered.where(condition if value else f"NOT ({condition})", now=now)
    if (value := conditions.without_convention) is not None:
        filtered = filtered.where(_FOUND_WITHOUT_CONVENTION if value else f"NOT ({WITHOUT_CONVENTION})")
    if conditions.text is not None and conditions.text.strip():
        query = text_query(conditions.text)
        filtered = (
            filtered.where("a.search @@ %(sought)s::tsquery", sought=query) if query else filtered.where(_NO_WORD)
        )
    return filtered if conditions.guesses_hold else replace(filtered, planning=Planning.BY_VALUES)


def _started(filtered: Filter, name: str, comparison: str, start: datetime, time_zones: Collection[str]) -> Filter:
    """Compare starts with an instant or, without an offset, with what the clocks of each territory show."""
    if start.tzinfo is not None:
        return filtered.where(f"a.starts_at {comparison} %({name})s", **{name: start})
    earliest, latest = _shown_at(start, time_zones)
    if earliest == latest:
        return filtered.where(f"a.starts_at {comparison} %({name})s", **{name: earliest})
    bound, decided = (earliest, latest) if comparison == ">=" else (latest, earliest)
    # The day by those clocks stands in a column, and in the indexes.
    shown = "a.day" if start.time() == time.min else "(a.starts_at AT TIME ZONE a.time_zone)"
    # Clocks are asked between these bounds alone: PostgreSQL cannot guess how many starts they let through.
    return filtered.where(
        f"(a.starts_at {comparison} %({name}_bound)s AND (a.starts_at {comparison} %({name}_decided)s"
        f" OR {shown} {comparison} %({name})s))",
        **{name: start, f"{name}_bound": bound, f"{name}_decided": decided},
    )


def _shown_at(start: datetime, time_zones: Collection[str]) -> tuple[datetime, datetime]:
    """Return the first and the last instant at which clocks of these zones may show a time."""
    with suppress(OverflowError):
        # Where clocks go back they show it twice; where they go forward, its two instants lie around the change.
        instants = [
            start.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for zone in time_zones for fold in (0, 1)
        ]
        if instants:
            return min(instants), max(instants)
    return _shifted(start, -_FURTHEST), _shifted(start, _FURTHEST)


def _shifted(start: datetime, by: timedelta) -> datetime:
    instant = start.replace(tzinfo=UTC)
    with suppress(OverflowError):
        # At the ends of the calendar there is nothing further, and no animation.
        instant += by
    return instant


def listed(conditions: Conditions, now: datetime | None = None) -> Filter:
    """Return the filter of the public listing, counted by the rollup where that is possible."""
    return counted(published(), conditions, now)


def counted(filtered: Filter, conditions: Conditions, now: datetime | None = None) -> Filter:
    """Add the conditions to a filter by columns of the rollup; where all are, the rollup counts."""
    filtered = narrowed(filtered, conditions, now)
    if not conditions.narrowing.isdisjoint(_NOT_ADDED_UP):
        return filtered
    adding = (
        f"SELECT coalesce(sum(a.animations), 0)::bigint AS total FROM {{listed_animations}} a WHERE {filtered.clause}"
    )
    return replace(filtered, counting=adding)


def planned(filtered: Filter, conditions: Conditions, orders: Sequence[Order]) -> Filter:
    """Let a page be planned once if an index has its rows in this order, with what they are filtered by."""
    first = orders[1] if orders[0].kind == TURN else orders[0]
    of_index = conditions.narrowing <= _OF_INDEX and len(conditions.territory or ()) <= 1
    return replace(filtered, planning=Planning.ONCE) if of_index and first.name == "STARTS_AT" else filtered


def listing(requested: Iterable[tuple[str, bool]], only_published: bool) -> Listing:
    """Return the list of animations in the requested orders (see `orders`)."""
    return Listing(SOURCE, orders(requested, only_published), source)


def coming_first(filtered: Filter, turn: datetime) -> tuple[Listing, Filter]:
    """Return the list that begins with what starts at `turn` or later, and the filter that holds the turn."""
    return Listing(SOURCE, COMING_FIRST, source), replace(filtered, params={**filtered.params, "turn": turn})


def orders(requested: Iterable[tuple[str, bool]], only_published: bool) -> Sequence[Order]:
    """Return the orders requested as (name, descending), by start if there are none; start and id break ties.

    The public listing (`only_published`) ignores orders by what is not public.
    """
    chosen: dict[str, bool] = {}
    for name, downwards in requested:
        if not (only_published and name in _NOT_PUBLIC):
            chosen.setdefault(name, downwards)
    last, descending = next(reversed(chosen.items()), ("STARTS_AT", False))
    if not chosen or last in _GROUPS:
        chosen.setdefault("STARTS_AT", descending)
    settled = Order(_ID.name, _ID.expression, _ID.kind, descending)
    return [*(Order(name, *ORDERS[name], downwards) for name, downwards in chosen.items()), settled]
