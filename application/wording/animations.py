"""What, when, where and by whom an animation is, and what changed about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from application.papers.french import full_date
from application.wording.lines import Line, Section, shorten
from application.wording.markdown import plain_text
from application.wording.pages import animation_page
from application.wording.schools import venue_with_school
from application.wording.times import hours, span
from domain.animations.animation import Animation
from domain.animations.events import AnimationDetails
from domain.kernel.languages import language_name
from domain.kernel.places import places
from domain.registrations.registration import FOR_MEDIATEURS
from domain.typology.typology import TermKind, Typology


@dataclass(frozen=True, slots=True)
class Host:
    """The structure that organises the animations, and the site their pages are on."""

    name: str
    public_url: str
    #: The contact, on one line.
    contact: str | None = None
    email: str | None = None
    #: The link of an online animation, in letters to people who have a seat.
    online_link: str | None = None
    #: Names of the animations' schools, by UAI.
    schools: Mapping[str, str] = field(default_factory=dict)

    def page(self, animation: Animation) -> str:
        return f"{self.public_url}{animation_page(animation.id)}"


def about(animation: Animation, host: Host) -> Section:
    """Describe one animation as it is now."""
    lines = [Line("Quand", when(animation)), *_where(animation.content, host)]
    return Section(animation.content.title, (*lines, *_organiser_lines(animation, host)))


def _where(content: AnimationDetails, host: Host) -> Iterator[Line]:
    yield Line("Où", place(content))
    if content.school is not None and place_with_school(content, host.schools) != place(content):
        yield Line("Établissement", _school(content, host.schools))


def _school(content: AnimationDetails, schools: Mapping[str, str]) -> str:
    return schools.get(content.school, content.school) if content.school else "non précisé"


@dataclass(frozen=True, slots=True)
class Change:
    """A field as readers see it, before and after."""

    name: str
    before: str
    after: str


#: A change of these is one of what the animation is.
WHAT = ("title", "audience", "type", "themes", "accessibility", "languages", "online_link", "school")
_NAMED_APART = ("online_link", "school")
#: Longer descriptions are cut where both are shown.
MAX_DESCRIPTION = 300


def changes(
    animation: Animation,
    before: AnimationDetails,
    after: AnimationDetails,
    typology: Typology,
    schools: Mapping[str, str],
) -> list[Change]:
    """Return what readers see of the animation that differs, in a fixed order; of its link only that it differs.

    `schools`: what they are called, by UAI.
    """
    states = (_shown(animation, content, typology, schools) for content in (before, after))
    pairs = zip(*states, strict=True)
    return [Change(name, old, new) for (name, old), (_, new) in pairs if old != new]


def _shown(
    animation: Animation, content: AnimationDetails, typology: Typology, schools: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    yield "Titre", f"« {content.title} »"
    yield "Quand", when(animation, content)
    yield "Où", place(content)
    yield "Commune", _commune(content.commune_code)
    yield "Établissement", _school(content, schools)
    yield "Type", _label(typology, TermKind.ANIMATION_TYPE, content.type)
    yield "Thèmes", ", ".join(_label(typology, TermKind.THEME, code) for code in content.themes)
    yield "Public", _label(typology, TermKind.AUDIENCE, content.audience)
    yield "Type de lieu", _label(typology, TermKind.VENUE_TYPE, content.venue_type)
    yield "Places", str(content.seats)
    yield "Contact", contact_line(content) or "celui de la structure"
    offers = (_label(typology, TermKind.ACCESSIBILITY, code) for code in content.accessibility)
    yield "Accessibilité", ", ".join(offers) or "non précisée"
    yield "Langues", ", ".join(map(language_name, content.languages)) or "français"
    yield "Description", plain_text(content.description)


def _commune(code: str | None) -> str:
    if code is None:
        return "non indiquée"
    commune = places().find(code)
    return f"code INSEE {code}" if commune is None else commune.name


def change(
    animation: Animation, before: AnimationDetails, after: AnimationDetails, host: Host, typology: Typology
) -> list[Section]:
    """Show when and where it is, and whatever else changed, before and after, marking what is new."""
    different = {each.name: each for each in changes(animation, before, after, typology, host.schools)}
    always = {
        "Quand": Change("Quand", when(animation, before), when(animation, after)),
        "Où": Change("Où", place(before), place(after)),
    }
    lines = [*({**always, **different}.values())]
    cut = partial(shorten, max_length=MAX_DESCRIPTION)
    return [
        Section(after.title, _organiser_lines(animation, host)),
        Section("Avant", tuple(Line(each.name, cut(each.before)) for each in lines)),
        Section("Maintenant", tuple(Line(each.name, cut(each.after), new=each.name in different) for each in lines)),
    ]


def rewriting(
    animation: Animation,
    before: AnimationDetails,
    after: AnimationDetails,
    typology: Typology,
    schools: Mapping[str, str],
) -> str:
    """Say in one sentence what changed: `Où : Mairie, désormais École Jean Jaurès ; …`"""
    cut = partial(shorten, max_length=MAX_DESCRIPTION)
    return " ; ".join(
        f"{each.name} : avant {cut(each.before)}, maintenant {cut(each.after)}"
        for each in changes(animation, before, after, typology, schools)
    )


def phrase(animation: Animation) -> str:
    """Name the animation within a sentence: its title, when and where."""
    return f"« {animation.content.title} » ({when(animation)}, {place(animation.content)})"


def what_changed(animation: Animation, before: AnimationDetails, after: AnimationDetails) -> str:
    """Return a sentence such as `La date et le lieu ont changé.`"""
    (start, end), (new_start, new_end) = _local(animation, before), _local(animation, after)
    names = []
    if before.title != after.title:
        names.append("Le titre")
    elif any(getattr(before, name) != getattr(after, name) for name in WHAT if name not in _NAMED_APART):
        names.append("Le contenu")
    if start.date() != new_start.date():
        names.append("La date")
    if (start.time(), end.time()) != (new_start.time(), new_end.time()):
        names.append("L'heure" if start.time() != new_start.time() else "L'heure de fin")
    elif start.date() == new_start.date() and end.date() != new_end.date():
        names.append("La date de fin")
    if any(getattr(before, name) != getattr(after, name) for name in ("venue_name", "address", "commune_code")):
        names.append("Le lieu")
    if before.school != after.school:
        names.append("L'établissement")
    if before.online_link != after.online_link:
        names.append("Le lien de connexion")
    first, *others = names
    if not others:
        return f"{first} a changé."
    lowered = [first, *(name[0].lower() + name[1:] for name in others)]
    return f"{', '.join(lowered[:-1])} et {lowered[-1]} ont changé."


def planning(
    animations: Iterable[Animation], typology: Typology, host: Host, seats_left: Mapping[UUID, int]
) -> Iterator[Section]:
    """List animations in the order of their starts, with the date above the first of each day."""
    ordered = sorted(animations, key=lambda animation: (animation.content.starts_at, str(animation.id)))
    for day, same_day in groupby(ordered, key=lambda animation: _local(animation, animation.content)[0].date()):
        heading = full_date(day)
        for number, animation in enumerate(same_day):
            day_above = None if number else f"{heading[0].upper()}{heading[1:]}"
            yield _entry(animation, typology, host, day_above, seats_left[animation.id])


def _entry(animation: Animation, typology: Typology, host: Host, day: str | None, seats_left: int) -> Section:
    content = animation.content
    themes = [_label(typology, TermKind.THEME, code) for code in content.themes]
    audience = audience_words(_label(typology, TermKind.AUDIENCE, content.audience), content.audience)
    lines = (
        Line("Horaire", hours(content.starts_at, content.ends_at, animation.time_zone)),
        *_where(content, host),
        Line("Thème" if len(themes) == 1 else "Thèmes", ", ".join(themes)),
        Line("Public", audience),
        Line("Places", seats_words(seats_left, content.seats, animation.suspended)),
        *((Line("Contact", contact),) if (contact := contact_line(content) or host.contact) else ()),
        Line("S'inscrire", host.page(animation), link=True),
    )
    return Section(content.title, lines, day)


def audience_words(label: str, code: str) -> str:
    return f"{label} (formation réservée aux médiateurs)" if code == FOR_MEDIATEURS else label


def seats_words(seats_left: int, seats: int, suspended: bool) -> str:
    """Say how many seats are left, in plannings."""
    if suspended:
        return "inscriptions suspendues"
    return f"{seats_left} sur {seats}" if seats_left else "complet, liste d'attente"


def _organiser_lines(animation: Animation, host: Host) -> tuple[Line, ...]:
    contact = (Line("Contact", host.contact),) if host.contact else ()
    way_in = (Line("Se connecter", host.online_link, link=True),) if host.online_link else ()
    page = Line("Page de l'animation", host.page(animation), link=True)
    return Line("Organisé par", host.name), *contact, *way_in, page


def _local(animation: Animation, content: AnimationDetails) -> tuple[datetime, datetime]:
    zone = ZoneInfo(animation.time_zone)
    return content.starts_at.astimezone(zone), content.ends_at.astimezone(zone)


def when(animation: Animation, content: AnimationDetails | None = None) -> str:
    """Return from when until when it is, by these details or by its own."""
    content = content or animation.content
    return span(content.starts_at, content.ends_at, animation.time_zone)


def contact_line(content: AnimationDetails) -> str | None:
    """Return the animation's own contact on one line, None where it has none."""
    parts = (content.contact_phone, content.contact_email, content.contact_hours)
    return ", ".join(part for part in parts if part) or None


def place(content: AnimationDetails) -> str:
    """Return the venue's name and address, on one line."""
    return _on_one_line(content.venue_name, content.address)


def place_with_school(content: AnimationDetails, schools: Mapping[str, str]) -> str:
    """Return the venue's name, with the school it names unless it is called so, and the address, on one line."""
    school = _school(content, schools) if content.school else None
    return _on_one_line(venue_with_school(content.venue_name, school), content.address)


def _on_one_line(*parts: str | None) -> str:
    return " ".join(", ".join(part for part in parts if part).split())


def _label(typology: Typology, kind: TermKind, code: str) -> str:
    """Return the term's label of today: that of its successor if it has exactly one."""
    term = typology.terms.get((kind, code))
    if term is None:
        return code
    return _label(typology, kind, term.became[0]) if len(term.became) == 1 else term.label
