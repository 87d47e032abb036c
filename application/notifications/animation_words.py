"""The lines that letters show about an animation: what, when, where, by whom, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from application.notifications.letters import Line, Section
from application.papers.french import clock_time, full_date
from domain.animations.animation import Animation
from domain.animations.events import AnimationDetails
from domain.registrations.registration import FOR_MEDIATEURS
from domain.typology.typology import TermKind, Typology


@dataclass(frozen=True, slots=True)
class Host:
    """The structure that organises the animations, and the site their pages are on."""

    name: str
    public_url: str
    #: Whom to call or write to, on one line.
    contact: str | None = None
    email: str | None = None

    def page(self, animation: Animation) -> str:
        return f"{self.public_url}/animations/{animation.id}"


def about(animation: Animation, host: Host) -> Section:
    """Describe one animation as it is now."""
    start, end = _local(animation, animation.content)
    lines = [Line("Quand", _span(start, end)), Line("Où", place(animation.content))]
    return Section(animation.content.title, (*lines, *_organiser_lines(animation, host)))


def change(animation: Animation, before: AnimationDetails, after: AnimationDetails, host: Host) -> list[Section]:
    """Show date and place before and after, marking what is new."""
    (old_when, old_where), (when, where) = _when_and_where(animation, before), _when_and_where(animation, after)
    commune = before.commune_code != after.commune_code
    lines = [Line("Quand", when, new=when != old_when), Line("Où", where, new=where != old_where)]
    if commune and after.commune_code:
        lines.append(Line("Commune (code INSEE)", after.commune_code, new=True))
    earlier = [Line("Quand", old_when), Line("Où", old_where)]
    if commune and before.commune_code:
        earlier.append(Line("Commune (code INSEE)", before.commune_code))
    return [
        Section(after.title, _organiser_lines(animation, host)),
        Section("Avant", tuple(earlier)),
        Section("Maintenant", tuple(lines)),
    ]


def what_changed(animation: Animation, before: AnimationDetails, after: AnimationDetails) -> str:
    """Return a sentence such as `La date et le lieu ont changé.`"""
    (start, end), (new_start, new_end) = _local(animation, before), _local(animation, after)
    changes = []
    if start.date() != new_start.date():
        changes.append("La date")
    if (start.time(), end.time()) != (new_start.time(), new_end.time()):
        changes.append("L'heure" if start.time() != new_start.time() else "L'heure de fin")
    elif not changes and end.date() != new_end.date():
        changes.append("La date de fin")
    if any(getattr(before, name) != getattr(after, name) for name in ("venue_name", "address", "commune_code")):
        changes.append("Le lieu")
    first, *others = changes
    names = [first, *(name[0].lower() + name[1:] for name in others)]
    if len(names) == 1:
        return f"{first} a changé."
    return f"{', '.join(names[:-1])} et {names[-1]} ont changé."


def planning(animations: Iterable[Animation], typology: Typology, host: Host) -> Iterator[Section]:
    """List animations in the order of their starts, with the date above the first of each day."""
    ordered = sorted(animations, key=lambda animation: (animation.content.starts_at, str(animation.id)))
    for day, same_day in groupby(ordered, key=lambda animation: _local(animation, animation.content)[0].date()):
        heading = full_date(day)
        for number, animation in enumerate(same_day):
            yield _entry(animation, typology, host, None if number else f"{heading[0].upper()}{heading[1:]}")


def _entry(animation: Animation, typology: Typology, host: Host, day: str | None) -> Section:
    content = animation.content
    start, end = _local(animation, content)
    themes = [_label(typology, TermKind.THEME, code) for code in content.themes]
    audience = _label(typology, TermKind.AUDIENCE, content.audience)
    if content.audience == FOR_MEDIATEURS:
        audience = f"{audience} (formation réservée aux médiateurs)"
    lines = (
        Line("Horaire", _hours(start, end)),
        Line("Où", place(content)),
        Line("Thème" if len(themes) == 1 else "Thèmes", ", ".join(themes)),
        Line("Public", audience),
        *((Line("Contact", host.contact),) if host.contact else ()),
        Line("S'inscrire", host.page(animation), link=True),
    )
    return Section(content.title, lines, day)


def _organiser_lines(animation: Animation, host: Host) -> tuple[Line, ...]:
    contact = (Line("Contact", host.contact),) if host.contact else ()
    return Line("Organisé par", host.name), *contact, Line("Page de l'animation", host.page(animation), link=True)


def _when_and_where(animation: Animation, content: AnimationDetails) -> tuple[str, str]:
    return _span(*_local(animation, content)), place(content)


def _local(animation: Animation, content: AnimationDetails) -> tuple[datetime, datetime]:
    zone = ZoneInfo(animation.time_zone)
    return content.starts_at.astimezone(zone), content.ends_at.astimezone(zone)


def _span(start: datetime, end: datetime) -> str:
    """`vendredi 15 janvier 2027, de 18 h 00 à 20 h 00`."""
    if start.date() == end.date():
        return f"{full_date(start)}, {_hours(start, end)}"
    return f"du {full_date(start)} à {clock_time(start)} au {full_date(end)} à {clock_time(end)}"


def _hours(start: datetime, end: datetime) -> str:
    if start.date() == end.date():
        return f"de {clock_time(start)} à {clock_time(end)}"
    return f"de {clock_time(start)} au {full_date(end)} à {clock_time(end)}"


def place(content: AnimationDetails) -> str:
    """Return the venue's name and address, on one line."""
    parts: Sequence[str | None] = (content.venue_name, content.address)
    return " ".join(", ".join(part for part in parts if part).split())


def _label(typology: Typology, kind: TermKind, code: str) -> str:
    """Return the term's label of today: that of its successor if it has exactly one."""
    term = typology.terms.get((kind, code))
    if term is None:
        return code
    return _label(typology, kind, term.became[0]) if len(term.became) == 1 else term.label
