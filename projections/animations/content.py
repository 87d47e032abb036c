"""The columns of an animation's row that follow from what is declared about it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.animations.events import AnimationCreated, AnimationModified
from domain.service_dossiers.warnings import place_key
from domain.typology.typology import TermKind
from projections.engine.projection import Row, TermColumns
from projections.engine.terms_in_force import TermsInForce
from projections.engine.words import search_vector, without_accents

TERMS = TermColumns(
    {
        TermKind.THEME: "themes",
        TermKind.ANIMATION_TYPE: "type",
        TermKind.VENUE_TYPE: "venue_type",
        TermKind.AUDIENCE: "audience",
        TermKind.ACCESSIBILITY: "accessibility",
    },
    day="day",
    of_row=lambda changes, row: changes.on_day(row, row.day),
)


def content(fact: AnimationCreated | AnimationModified, shown: TermsInForce) -> Row:
    return {
        "title": fact.title,
        "description": fact.description,
        "starts_at": fact.starts_at,
        "ends_at": fact.ends_at,
        "venue_name": fact.venue_name,
        "address": fact.address,
        "commune_code": fact.commune_code,
        "seats": fact.seats,
        "contact_phone": fact.contact_phone,
        "contact_email": fact.contact_email,
        "contact_hours": fact.contact_hours,
        "online_link": fact.online_link,
        "languages": list(fact.languages),
        "school": fact.school,
        **shown.of_animation(fact),
    }


def local_day(row: Row, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(row["time_zone"])).date()


def derive(row: Row) -> Row:
    return {
        **row,
        "title_key": without_accents(row["title"]),
        "place_key": place_key(row["venue_name"]),
        "day": local_day(row, row["starts_at"]),
        "sheet_digests": [page["sha256"] for page in row["sheets"]],
        "sheet_likenesses": [likeness for page in row["sheets"] for likeness in page["likenesses"]],
        "search": search_vector(row["title"], row["description"], row["venue_name"], row["address"]),
    }
