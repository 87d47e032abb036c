"""Announce the rows of animations on posters and plannings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from api.animations.formats.entries import COLUMNS, Entry, entry_of
from api.core.context import Context
from api.typology.territories_and_terms import Lists, lists_of
from application.papers.communication.announcement import Announcement
from application.papers.communication.planning import PlannedAnimation
from application.wording.animations import audience_words, seats_words
from application.wording.lines import shorten
from application.wording.times import hours
from domain.animations.transitions import AnimationStatus
from domain.kernel.languages import language_name
from domain.registrations.registration import FOR_MEDIATEURS
from projections.animations import queries
from projections.animations.sources import source
from projections.engine.paging import Filter, Page, page_statement

Row = dict[str, Any]
_COLUMNS = COLUMNS | {"structure_id"}
#: Longer descriptions are cut: a poster is read in passing.
MAX_SUMMARY = 320
_SOONEST = queries.orders([], only_published=True)


async def animations_in(context: Context, filtered: Filter, most: int) -> Sequence[Row]:
    """Return the first rows, by start, and one more if there are more."""
    read = await context.read()
    statement, params = page_statement(source(_COLUMNS), filtered, _SOONEST, Page(most))
    return await read.rows(read.sql(statement), params)


async def entries_of(context: Context, rows: Sequence[Row]) -> list[Entry]:
    lists: Lists = await lists_of(context)
    return [entry_of(row, lists, context.services.public_url) for row in rows]


def announcement_of(row: Row, entry: Entry, today: date) -> Announcement:
    return Announcement(
        title=entry.name,
        kind=entry.type,
        themes=entry.themes,
        audience=audience_words(entry.audience, row["audience"]),
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        venue=entry.venue_and_school or entry.venue,
        address=entry.address,
        structure=entry.structure,
        territory=entry.territory,
        seats=entry.seats,
        url=entry.url,
        made_on=today,
        summary=shorten(entry.description, MAX_SUMMARY),
        contact=[part for part in (entry.phone, entry.email, entry.hours) if part],
        accessibility=entry.accessibility,
        languages=[language_name(code) for code in entry.languages],
        for_mediateurs=row["audience"] == FOR_MEDIATEURS,
        draft=row["status"] != AnimationStatus.PUBLISHED,
    )


def planned(row: Row, entry: Entry, with_structure: bool) -> PlannedAnimation:
    return PlannedAnimation(
        day=entry.starts_at.date(),
        hours=hours(entry.starts_at, entry.ends_at, entry.time_zone),
        title=entry.name,
        kind=entry.type,
        themes=entry.themes,
        place=entry.place,
        audience=audience_words(entry.audience, row["audience"]),
        seats=seats_words(entry.seats_left, entry.seats, entry.suspended),
        contact=entry.contact,
        structure=entry.structure if with_structure else None,
    )
