"""Valid things with sensible values, and actors by role. Every test changes only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.animations.animation import CONTENT_FIELDS, Animation, Attendance
from domain.animations.attendance_sheet import Sheet
from domain.animations.checking import Surroundings
from domain.animations.events import AnimationAttested, AnimationContent, AnimationCreated
from domain.candidatures.events import CandidatureSubmitted, Degree
from domain.catalogue import ANIMATION, TYPOLOGY
from domain.conventions.convention import Convention, ConventionSigned, ConventionTerms
from domain.conventions.rates import AgreedRate
from domain.kernel.actors import Actor, Role
from domain.kernel.identifiers import structure_id
from domain.kernel.validation import validated
from domain.structures.structure import Structure
from domain.typology.attestation_form import AttestationForm
from domain.typology.territory import Territory
from domain.typology.typology import TermAdded, TermKind, TermRetired, ThemeFamily, Typology
from tests.support.domain.story import SUBJECT, fold

SIRET = "21020001000010"
OTHER_SIRET = "73282932000074"
OURS, THEIRS = structure_id(SIRET), structure_id(OTHER_SIRET)
CONVENTION_ID = UUID("00000000-0000-4000-8000-0000000000c1")
PERSON = UUID("00000000-0000-4000-8000-0000000000a1")
OTHER_PERSON = UUID("00000000-0000-4000-8000-0000000000a2")
UAI, OTHER_UAI = "0349102J", "0340005W"

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2027, 3, 15, 18, 0, tzinfo=PARIS)
END = START + timedelta(hours=2)
NOW = datetime(2027, 1, 10, 12, 0, tzinfo=UTC)
AFTER = END.astimezone(UTC) + timedelta(hours=1)

HERAULT = Territory("34", "Hérault", "Europe/Paris", runs_candidatures=True)
AISNE = Territory("02", "Aisne", "Europe/Paris", runs_candidatures=False)
GUADELOUPE = Territory("971", "Guadeloupe", "America/Guadeloupe", runs_candidatures=True)

ACCOUNT = Structure(OURS, SIRET, "Centre social Les Tilleuls", ((CONVENTION_ID, "34"),))


def actor(role: Role, **owns: Any) -> Actor:
    """Of that role, for our structure, the Hérault and our school, a parent as our person, unless told otherwise."""
    ours: dict[str, Any] = {
        "structures": frozenset([OURS]),
        "territories": frozenset(["34"]),
        "schools": frozenset([UAI]),
        "person_id": PERSON if role is Role.PARENT else None,
    }
    return Actor(role, role.value, **ours | owns)


STRUCTURE = actor(Role.STRUCTURE)
OTHER_STRUCTURE = actor(Role.STRUCTURE, structures=frozenset([THEIRS]))
NATIONAL = actor(Role.NATIONAL)
COORDONNATEUR = actor(Role.COORDONNATEUR)
DIRECTOR = actor(Role.DIRECTOR)
INSPECTOR = actor(Role.INSPECTOR)
HEAD = actor(Role.HEAD)
TEACHER = actor(Role.TEACHER)
PARENT = actor(Role.PARENT)

TERMS = (
    TermAdded(kind=TermKind.THEME, code="ent-pronote", label="ENT - Pronote", family=ThemeFamily.SCHOOL_TOOLS),
    TermAdded(kind=TermKind.THEME, code="temps-ecran", label="Temps d'écran", family=ThemeFamily.DIGITAL_PARENTING),
    TermAdded(kind=TermKind.ANIMATION_TYPE, code="cafe-des-parents", label="Café des parents"),
    TermAdded(
        kind=TermKind.ANIMATION_TYPE,
        code="atelier-parents-enfants",
        label="Atelier parents-enfants",
        admits_children=True,
    ),
    TermAdded(kind=TermKind.VENUE_TYPE, code="ecole", label="École"),
    TermAdded(kind=TermKind.VENUE_TYPE, code="mediatheque", label="Médiathèque"),
    TermAdded(kind=TermKind.AUDIENCE, code="parents", label="Parents"),
    TermAdded(kind=TermKind.AUDIENCE, code="mediateurs", label="Médiateurs"),
)
TODAY: Typology = fold(TYPOLOGY, *TERMS)
FORM = AttestationForm(version=3, questions=("Combien venaient pour la première fois ?", "Que referiez-vous ?"))


def retired(kind: TermKind, code: str) -> Typology:
    """Today's typology without that term."""
    without: Typology = fold(TYPOLOGY, *TERMS, TermRetired(kind=kind, code=code))
    return without


def values(**changes: Any) -> dict[str, Any]:
    """What a structure types in for a café at a school."""
    typed: dict[str, Any] = {
        "title": "Café des parents : Pronote sans peine",
        "description": "Lire les notes, écrire aux professeurs.",
        "starts_at": START,
        "ends_at": END,
        "venue_type": "ecole",
        "venue_name": "Jean Jaurès",
        "address": "1 rue de l'École, Montpellier",
        "commune_code": "34172",
        "audience": "parents",
        "type": "cafe-des-parents",
        "themes": ("ent-pronote",),
        "seats": 12,
    }
    return typed | changes


def content(**changes: Any) -> AnimationContent:
    return validated(AnimationContent, values(**changes))


def created(**changes: Any) -> AnimationCreated:
    facts: dict[str, Any] = {
        "structure_id": OURS,
        "convention_id": CONVENTION_ID,
        "territory": "34",
        "time_zone": "Europe/Paris",
        "declared_late": False,
        "cloned_from": None,
    }
    return AnimationCreated(**values() | facts | changes)


def attested(parents: int = 9, children: int = 0) -> AnimationAttested:
    return AnimationAttested(parents=parents, children=children, form_version=FORM.version, answers=("3", "Oui"))


SHEET = Sheet("Émargement du 15 mars.pdf", "application/pdf", 48_213, "9f" * 32)
CAME = Attendance(parents=9, children=0, answers=("3", "Oui"))


def convention(**changes: Any) -> Convention:
    """From September 2026 to August 2027, in the Hérault, at 150 euros."""
    rates = (AgreedRate(changes.pop("rate_per_animation", Decimal("150.00"))),)
    signed = Convention(
        CONVENTION_ID, OURS, "34", "Coordination 34", date(2026, 9, 1), date(2027, 8, 31), 10, (), rates
    )
    return replace(signed, **changes)


def around(**changes: Any) -> Surroundings:
    return replace(Surroundings(ACCOUNT, [convention()], HERAULT, TODAY), **changes)


def terms(**changes: Any) -> ConventionTerms:
    return validated(ConventionTerms, signed_values(**changes))


def signed_values(**changes: Any) -> dict[str, Any]:
    return {
        "siret": SIRET,
        "structure_name": "Centre social Les Tilleuls",
        "territory": "34",
        "coordonnateur": "Coordination 34",
        "signed_on": date(2026, 8, 25),
        "valid_from": date(2026, 9, 1),
        "valid_until": date(2027, 8, 31),
        "planned_animations": 10,
        "rate_per_animation": Decimal("150.00"),
        "required_pieces": ("Liste d'émargement signée",),
    } | changes


def signed(**changes: Any) -> ConventionSigned:
    return ConventionSigned(structure_id=OURS, **signed_values(**changes))


def submitted(degree: Degree, **changes: Any) -> CandidatureSubmitted:
    facts: dict[str, Any] = {
        "territory": "34",
        "school_uai": UAI,
        "degree": degree,
        "person_id": PERSON,
        "first_name": "Prénom",
        "last_name": "Nom",
        "email": "parent@exemple.fr",
        "phone": "0600000000",
        "motivation": "Aider les autres parents.",
    }
    return CandidatureSubmitted(**facts | changes)


def animation(*further: Any, **changes: Any) -> Animation:
    """An animation as it stands after its creation and these events."""
    state: Animation = fold(ANIMATION, created(**changes), *further, subject=SUBJECT)
    return state


def same_content(source: AnimationContent | AnimationCreated) -> dict[str, Any]:
    return {name: getattr(source, name) for name in CONTENT_FIELDS}
