"""Pages of animations: the public listing and a structure's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from projections.animations.figures import LISTED_ANIMATIONS
from projections.engine.paging import Filter, Listing, Order, Source
from projections.engine.words import words

#: Columns beside an animation's own, on its structure and its registrations.
_BESIDE = {
    "structure_siret": "s.siret",
    "structure_name": "s.name",
    "structure_territories": "s.territories",
    "dossier_status": "(SELECT d.status FROM {service_dossiers} d WHERE d.dossier_id = a.dossier_id)",
    "seats_left": "greatest(0, a.seats - coalesce(r.seated, 0))",
    "waiting": "coalesce(r.waiting, 0)",
}


_STRUCTURE = "JOIN {structures} s USING (structure_id)"
_SEATS = "LEFT JOIN {animation_seats} r ON r.animation_id = a.animation_id"


def _beside(names: Iterable[str]) -> str:
    return "".join(f", {_BESIDE[name]} AS {name}" for name in names)


#: Animations with the shown columns of their structure.
SOURCE = Source(
    table="animations",
    alias="a",
    shown=_beside(_BESIDE),
    joined=f"{_STRUCTURE} {_SEATS}",
    owner="structure_id",
)


def source(columns: Collection[str]) -> Source:
    """Return `SOURCE` with these columns alone."""
    own = sorted({"animation_id", "structure_id", *columns}.difference(_BESIDE))
    beside = [name for name in _BESIDE if name in columns]
    # Leave out unused joins here: planning one takes as long as reading a page.
    expressions = " ".join(_BESIDE[name] for name in beside)
    joined = " ".join(join for alias, join in (("s.", _STRUCTURE), ("r.", _SEATS)) if alias in expressions)
    return replace(SOURCE, own=", ".join(f"a.{name}" for name in own), shown=_beside(beside), joined=joined)


_SELECT = f"SELECT a.*{SOURCE.shown} FROM {SOURCE.rows} {SOURCE.joined}"
BY_IDS = f"{_SELECT} WHERE a.animation_id = ANY(%(ids)s)"
#: Published animations whose end has passed since a moment, and is not yet recorded.
ENDED = """
SELECT animation_id FROM {animations} WHERE status = 'PUBLISHED' AND NOT ended
AND ends_at > %(since)s AND ends_at <= %(now)s ORDER BY ends_at, animation_id LIMIT %(most)s"""
#: Published animations, each with the `position` of its publication; conditions and a limit may follow.
PUBLISHED = f"""
SELECT a.*{SOURCE.shown}, t.position FROM {SOURCE.rows} {SOURCE.joined} JOIN {{audit_trail}} t
ON t.subject_id = a.animation_id WHERE t.type = 'animation.published'"""
_ID = Order("id", "a.animation_id", "uuid")
#: The order of the animations that wait for publication.
BY_DECLARATION = (Order("created_at", "a.created_at", "timestamptz"), _ID)
TO_PUBLISH = Listing(SOURCE, BY_DECLARATION, source)

#: The latest change first.
BY_CHANGE = (Order("changed_at", "a.changed_at", "timestamptz", True), replace(_ID, descending=True))

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
_PUBLISHED_ONLY = {"PUBLISHED_AT": ("a.published_at", "timestamptz")}
#: Orders that the public cannot use: it sees one status only, and not whether an animation is attested.
_NOT_PUBLIC = ("STATUS", "ATTESTED")
#: Columns with few values: animations with the same value follow by start.
_GROUPS = ("TYPE", "AUDIENCE", "STATUS", "ATTESTED")


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of a listing; None: no filter. Collections mean any of their members."""

    territory: Collection[str] | None = None
    theme: Collection[str] | None = None
    type: Collection[str] | None = None
    venue_type: Collection[str] | None = None
    audience: Collection[str] | None = None
    status: Collection[str] | None = None
    structure_id: UUID | None = None
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    text: str | None = None
    seats_left: bool | None = None
    attested: bool | None = None
    past: bool | None = None


_AMONG = ("territory", "type", "venue_type", "audience", "status")
_ONE = {
    "structure_id": "a.structure_id = %(structure_id)s",
    "seats_left": (
        "(a.seats > coalesce((SELECT r.seated FROM {animation_seats} r WHERE r.animation_id = a.animation_id), 0))"
        " = %(seats_left)s"
    ),
    "attested": "a.attested = %(attested)s",
}
_STARTS = {"starts_from": ">=", "starts_before": "<"}
#: No clock is further from UTC: an index finds the range, the clocks of each territory decide within it.
_FURTHEST = timedelta(hours=14)
#: The conditions that the listing's rollup does not count by.
_NOT_ADDED_UP = frozenset(condition.name for condition in fields(Conditions)).difference(LISTED_ANIMATIONS.table.key)
_NARROWING_NOTHING: tuple[object, ...] = (None, [])
_NO_WORD = "false"


def submitted() -> Filter:
    return Filter(("a.status = 'SUBMITTED'",))


def published() -> Filter:
    return Filter(("a.status = 'PUBLISHED'",))


def cancelled() -> Filter:
    """Return the filter for animations cancelled after their publication."""
    return Filter(("a.status = 'CANCELLED'", "a.published_at IS NOT NULL"))


def narrowed(filtered: Filter, conditions: Conditions, now: datetime | None = None) -> Filter:
    """Add the conditions to a filter; `now` decides what is past. An empty collection is no filter, like an empty form
    field.
    """
    for name in _AMONG:
        if chosen := getattr(conditions, name):
            filtered = filtered.among(f"a.{name}", name, chosen)
    if conditions.theme:
        filtered = filtered.where("a.themes && %(theme)s", theme=list(conditions.theme))
    for name, condition in _ONE.items():
        if (value := getattr(conditions, name)) is not None:
            filtered = filtered.where(condition, **{name: value})
    for name, comparison in _STARTS.items():
        if (start := getattr(conditions, name)) is not None:
            filtered = _started(filtered, name, comparison, start)
    if conditions.past is not None:
        filtered = filtered.where("(a.ends_at <= %(now)s) = %(past)s", now=now, past=conditions.past)
    if conditions.text is not None and conditions.text.strip():
        query = " & ".join(f"'{word}':*" for word in words(conditions.text))
        filtered = (
            filtered.where("a.search @@ %(sought)s::tsquery", sought=query) if query else filtered.where(_NO_WORD)
        )
    return filtered


def _started(filtered: Filter, name: str, comparison: str, start: datetime) -> Filter:
    """Compare starts with an instant or, without an offset, with what the clocks of each territory show."""
    if start.tzinfo is not None:
        return filtered.where(f"a.starts_at {comparison} %({name})s", **{name: start})
    furthest = -_FURTHEST if comparison == ">=" else _FURTHEST
    bound = start.replace(tzinfo=UTC) + furthest
    return filtered.where(
        f"(a.starts_at {comparison} %({name}_bound)s"
        f" AND (a.starts_at AT TIME ZONE a.time_zone) {comparison} %({name})s)",
        **{name: start, f"{name}_bound": bound},
    )


def listed(conditions: Conditions) -> Filter:
    """Return the filter of the public listing, counted by the rollup where that is possible."""
    filtered = narrowed(published(), conditions)
    if any(getattr(conditions, name) not in _NARROWING_NOTHING for name in _NOT_ADDED_UP):
        return filtered
    within = narrowed(Filter(), conditions).clause
    adding = f"SELECT coalesce(sum(a.animations), 0)::bigint AS total FROM {{listed_animations}} a WHERE {within}"
    return replace(filtered, counting=adding)


def listing(requested: Iterable[tuple[str, bool]], only_published: bool) -> Listing:
    """Return the list of animations in the requested orders (see `orders`)."""
    return Listing(SOURCE, orders(requested, only_published), source)


def orders(requested: Iterable[tuple[str, bool]], only_published: bool) -> Sequence[Order]:
    """Return the orders requested as (name, descending), by start if there are none; start and id break ties.

    The public listing (`only_published`) ignores orders by what is not public.
    """
    expressions = ORDERS | _PUBLISHED_ONLY if only_published else ORDERS
    chosen: dict[str, bool] = {}
    for name, downwards in requested:
        if not (only_published and name in _NOT_PUBLIC):
            chosen.setdefault(name, downwards)
    last, descending = next(reversed(chosen.items()), ("STARTS_AT", False))
    if not chosen or last in _GROUPS:
        chosen.setdefault("STARTS_AT", descending)
    settled = Order(_ID.name, _ID.expression, _ID.kind, descending)
    return [*(Order(name, *expressions[name], downwards) for name, downwards in chosen.items()), settled]
