"""Pages of animations: the public listing and a structure's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projections.animations import words
from projections.queries.paging import Filter, Order

#: Animations with what is shown of their structure; `{cursor}` is for `page_statement`.
SELECT = """
SELECT a.*, s.siret AS structure_siret, s.name AS structure_name, s.territories AS structure_territories, {cursor}
FROM {animations} a JOIN {structures} s USING (structure_id)"""
COUNT = "SELECT count(*) AS total FROM {animations} a WHERE "
BY_IDS = SELECT.replace(", {cursor}", "") + " WHERE a.animation_id = ANY(%(ids)s)"
_ID = Order("id", "a.animation_id", "uuid")

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


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a listing is narrowed to; None: not by that. Collections mean any of their members."""

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


_ANY = {
    "territory": "a.territory = ANY(%(territory)s)",
    "theme": "a.themes && %(theme)s",
    "type": "a.type = ANY(%(type)s)",
    "venue_type": "a.venue_type = ANY(%(venue_type)s)",
    "audience": "a.audience = ANY(%(audience)s)",
    "status": "a.status = ANY(%(status)s)",
}
_ONE = {
    "structure_id": "a.structure_id = %(structure_id)s",
    "starts_from": "a.starts_at >= %(starts_from)s",
    "starts_before": "a.starts_at < %(starts_before)s",
    "seats_left": "(a.seats_left > 0) = %(seats_left)s",
    "attested": "a.attested = %(attested)s",
}
_NO_WORD = "false"


def published() -> Filter:
    return Filter(("a.status = 'PUBLISHED'",))


def narrowed(filtered: Filter, conditions: Conditions, now: datetime) -> Filter:
    """`filtered` and these conditions. An empty collection narrows nothing, as a form without a choice."""
    for name, condition in _ANY.items():
        if chosen := getattr(conditions, name):
            filtered = filtered.where(condition, **{name: list(chosen)})
    for name, condition in _ONE.items():
        if (value := getattr(conditions, name)) is not None:
            filtered = filtered.where(condition, **{name: value})
    if conditions.past is not None:
        filtered = filtered.where("(a.ends_at <= %(now)s) = %(past)s", now=now, past=conditions.past)
    if conditions.text is not None and conditions.text.strip():
        sought = " & ".join(f"'{word}':*" for word in words(conditions.text))
        filtered = (
            filtered.where("a.search @@ %(sought)s::tsquery", sought=sought) if sought else filtered.where(_NO_WORD)
        )
    return filtered


def orders(asked: Iterable[tuple[str, bool]], only_published: bool) -> Sequence[Order]:
    """The orders asked for as (name, descending), by start when none is; the id settles what is equal."""
    expressions = ORDERS | _PUBLISHED_ONLY if only_published else ORDERS
    chosen = [Order(name, *expressions[name], descending) for name, descending in dict(asked).items()]
    chosen = chosen or [Order("STARTS_AT", *expressions["STARTS_AT"])]
    return [*chosen, Order(_ID.name, _ID.expression, _ID.kind, chosen[-1].descending)]
