"""Draw what an animation of the season says (title, time, place, audience, seats), and how it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from demo.partners import Partner
from demo.school_year import at_clock, busyness
from demo.stage import Stage
from demo.texts import TEXTS
from domain.animations.events import AnimationContent, AnimationDetails
from domain.typology.typology import TermKind


@dataclass(frozen=True, slots=True)
class Format:
    """How animations of one type are held: how often, at what hour, for how long, and with how many seats."""

    weight: int
    hours: tuple[float, ...]
    minutes: tuple[int, ...]
    seats: range


FORMATS = {
    "atelier-parents": Format(40, (9.5, 14, 17.5, 18, 18.5), (60, 90, 90, 120), range(8, 16)),
    "cafe-des-parents": Format(33, (8.5, 8.75, 14, 16.75, 18), (60, 60, 90), range(10, 31)),
    "atelier-parents-enfants": Format(19, (10, 14, 15, 17), (90, 120), range(10, 25)),
    "seminaire": Format(4, (9, 14, 18), (150, 180), range(40, 121, 10)),
    "formation-mediateurs": Format(4, (9, 13.5), (180, 360), range(8, 21)),
}
_PROGRAMME = "Au programme : un tour de table, une démonstration, puis la pratique."
#: Markdown, as structures may write it; nothing for a seminar.
_BRING = ("\n\n**À apporter** : votre téléphone et vos identifiants, si vous en avez.", "")
_FOR_WHOM = "(parents de primaire et de collège)"
_TYPES, _TYPE_WEIGHTS = tuple(FORMATS), tuple(form.weight for form in FORMATS.values())
_THEMES = tuple(TEXTS.themes)
_THEME_WEIGHTS = {
    month: tuple(theme.weight * theme.months.get(month, 1.0) for theme in TEXTS.themes.values())
    for month in range(1, 13)
}


def draw_content(stage: Stage, partner: Partner, day: date, type_: str | None) -> AnimationContent:
    rng = stage.rng
    type_ = type_ or rng.choices(_TYPES, _TYPE_WEIGHTS)[0]
    theme = rng.choices(_THEMES, _THEME_WEIGHTS[day.month])[0]
    starts_at, ends_at = draw_times(rng, partner, day, type_)
    venue = rng.choice(partner.organisation.venues)
    for_mediateurs = type_ == "formation-mediateurs" or (type_ == "seminaire" and rng.random() < 0.3)
    values: dict[str, Any] = {
        "title": f"{TEXTS.types[type_].label} : {rng.choice(TEXTS.themes[theme].topics)}",
        "description": f"{TEXTS.types[type_].what_we_do} {rng.choice(TEXTS.invitations)}{_BRING[type_ == 'seminaire']}",
        "starts_at": starts_at,
        "ends_at": ends_at,
        "venue_type": stage.term(TermKind.VENUE_TYPE, venue.type),
        "venue_name": venue.name,
        "address": venue.address,
        "commune_code": venue.commune_code,
        "school": venue.school,
        "audience": stage.term(TermKind.AUDIENCE, "mediateurs" if for_mediateurs else "parents"),
        "type": stage.term(TermKind.ANIMATION_TYPE, type_),
        "themes": _themes(stage, theme),
        "seats": rng.choice(FORMATS[type_].seats),
        **_access(stage, venue.type, f"{venue.name} {starts_at.isoformat()}"),
    }
    return AnimationContent.model_validate(values)


def _access(stage: Stage, venue_type: str, seed: str) -> dict[str, Any]:
    """Draw the way in, what is offered to people with a disability, and the languages spoken; most say nothing.

    By a seed of its own, so that the rest of the season stays as it is.
    """
    rng = Random(seed)
    online = venue_type == "en-ligne"
    offers = ("sous-titrage", "langue-des-signes") if online else ("fauteuil-roulant", "boucle-magnetique", "braille")
    chance = rng.random()
    return {
        "online_link": f"https://visio.example.org/{rng.randrange(16**8):08x}" if online else None,
        "accessibility": tuple(stage.term(TermKind.ACCESSIBILITY, offer) for offer in offers if chance < 0.4),
        "languages": ("fr", rng.choice(("ar", "tr", "pt", "ta", "fsl"))) if chance > 0.85 else (),
    }


def draw_times(rng: Random, partner: Partner, day: date, type_: str) -> tuple[datetime, datetime]:
    form = FORMATS.get(type_, FORMATS["atelier-parents"])
    # Saturdays are mornings.
    starts_at = at_clock(day, 10 if day.weekday() == 5 else rng.choice(form.hours), partner.zone)
    return starts_at, starts_at + timedelta(minutes=rng.choice(form.minutes))


def _themes(stage: Stage, main: str) -> tuple[str, ...]:
    chosen = [stage.term(TermKind.THEME, main)]
    if stage.rng.random() < 0.25:
        second = stage.term(TermKind.THEME, stage.rng.choice(_THEMES))
        chosen += [second] if second not in chosen else []
    return tuple(chosen)


def draw_change(rng: Random, content: AnimationDetails, partner: Partner, at: datetime) -> dict[str, Any]:
    """Return new values for one thing or another, always different from the old ones."""
    kind = rng.choices(("seats", "room", "description", "hour", "day"), (30, 25, 20, 15, 10))[0]
    if kind == "day" and at < content.starts_at:
        week = timedelta(days=7)
        moved = (content.starts_at + week).astimezone(partner.zone)
        if busyness(moved.date()) and moved.date() <= partner.last_day:
            # The same hour by the clock, also when clocks change in between.
            starts_at = moved.replace(hour=content.starts_at.hour, minute=content.starts_at.minute)
            return {"starts_at": starts_at, "ends_at": starts_at + (content.ends_at - content.starts_at)}
    if kind == "hour":
        later = timedelta(minutes=rng.choice((-30, -15, 15, 30)))
        if at < content.starts_at + later:
            return {"starts_at": content.starts_at + later, "ends_at": content.ends_at + later}
    if kind == "room" and content.venue_type != "en-ligne":
        room = f"{content.venue_name.split(' – ')[0]} – salle {rng.randint(1, 9)}"
        if room != content.venue_name:
            return {"venue_name": room}
    if kind == "description":
        added = rng.choice(TEXTS.additions)
        if added not in content.description:
            return {"description": f"{content.description} {added}"}
    return {"seats": content.seats + rng.randint(1, 10)}


def draw_correction(content: AnimationDetails) -> dict[str, Any]:
    """Return changes that make a refused animation fit for publication.

    A clone of a corrected animation has them already, so it gets another change.
    """
    changes: dict[str, Any] = {}
    if _PROGRAMME not in content.description:
        changes["description"] = f"{content.description} {_PROGRAMME}"
    if _FOR_WHOM not in content.title:
        changes["title"] = f"{content.title} {_FOR_WHOM}"
    return changes or {"seats": content.seats + 1}
