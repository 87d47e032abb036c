"""Invented structures: the same ones for every commune, whatever the seed, so that a SIRET has one name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from random import Random
from uuid import UUID

from stdnum import luhn

from demo.places import Commune, Places, School
from demo.texts import TEXTS
from domain.kernel.identifiers import structure_id


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a kind of structure is named, the smallest commune that has one, and its premises, if any."""

    name: str
    least_population: int
    venue_type: str | None


#: The index determines the NIC of the SIRET: append only.
PATTERNS = (
    Pattern("Commune {of}", 500, "mairie"),
    Pattern("CCAS {of}", 2_000, "ccas"),
    Pattern("Médiathèque {of}", 1_500, "mediatheque"),
    Pattern("Centre social {of}", 3_000, "centre-social"),
    Pattern("MJC {of}", 4_000, "mjc"),
    Pattern("Maison de quartier {of}", 8_000, "maison-de-quartier"),
    Pattern("Tiers-lieu La Fabrique, {name}", 2_500, "tiers-lieu"),
    Pattern("France services {of}", 1_500, "france-services"),
    Pattern("Association Familles connectées, {name}", 1_500, None),
    Pattern("Association Parents et écrans, {name}", 3_000, None),
    Pattern("Espace public numérique {of}", 3_000, "tiers-lieu"),
    Pattern("Foyer rural {of}", 300, "autre"),
    Pattern("Association Les Clics solidaires, {name}", 5_000, None),
)


@dataclass(frozen=True, slots=True)
class Venue:
    type: str
    name: str
    address: str | None
    commune_code: str | None
    #: UAI of a school.
    school: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    id: UUID
    siret: str
    name: str
    commune: Commune
    venues: tuple[Venue, ...]


#: A season of that many structures has a coordonnateur with some fifty, as there are.
_LARGE, _MANY = 100, 50


def choose_organisations(rng: Random, places: Places, territories: Sequence[str], number: int) -> list[Organisation]:
    """Return `number` structures, or as many as exist: one in each territory, then in proportion to people.

    From a hundred on, the territory with most people has about fifty at least.
    """
    ranked = {code: _rank(rng, places.communes[code]) for code in territories}
    # Big departments have more structures than small ones, but not in proportion.
    shares = {code: sum(commune.population for commune in places.communes[code]) ** 0.5 for code in territories}
    quotas = _quotas(shares, number - len(ranked))
    largest = max(shares, key=lambda code: shares[code])
    if number >= _LARGE and quotas[largest] < _MANY:
        del shares[largest]
        quotas = {largest: _MANY, **_quotas(shares, number - len(shares) - _MANY)}
    first = [ranked[code][0] for code in territories]
    others = [candidate for code in territories for candidate in ranked[code][1 : quotas[code]]]
    rng.shuffle(others)
    return [_organisation(rng, places, *candidate) for candidate in [*first, *others][:number]]


def _quotas(shares: Mapping[str, float], further: int) -> dict[str, int]:
    """Return how many structures each territory has: one, and its share of the further ones."""
    whole = sum(shares.values())
    return {code: 1 + ceil(max(0, further) * share / whole) for code, share in shares.items()}


def _rank(rng: Random, communes: Sequence[Commune]) -> list[tuple[Commune, int]]:
    """Return every structure that the communes can have, in a random order that favours populous communes."""
    weighted = [
        # Weighted sampling without replacement: Efraimidis and Spirakis, 2006, algorithm A.
        (rng.random() ** (1 / commune.population**0.75), commune, index)
        for commune in communes
        for index, pattern in enumerate(PATTERNS)
        if commune.population >= pattern.least_population
    ]
    weighted.sort(key=lambda entry: entry[0], reverse=True)
    return [(commune, index) for _, commune, index in weighted]


def _organisation(rng: Random, places: Places, commune: Commune, index: int) -> Organisation:
    pattern = PATTERNS[index]
    base = f"{commune.siren}{index + 1:04d}"
    siret = base + luhn.calc_check_digit(base)
    name = pattern.name.format(of=commune.with_preposition, name=commune.name)
    return Organisation(structure_id(siret), siret, name, commune, tuple(_venues(rng, places, commune, pattern, name)))


def _venues(rng: Random, places: Places, commune: Commune, pattern: Pattern, name: str) -> list[Venue]:
    def here(venue_type: str, venue_name: str) -> Venue:
        address = f"{rng.randint(1, 90)} rue {rng.choice(TEXTS.streets)}, {commune.postal_code} {commune.name}"
        return Venue(venue_type, venue_name, address, commune.code)

    school_names = rng.sample(TEXTS.school_names, 3)
    venues = [
        *(here("ecole", school) for school in school_names[:2]),
        here("college", school_names[2]),
        _lycee(rng.choice(places.lycees[commune.department])),
        Venue("en-ligne", "Visioconférence", None, None),
    ]
    if pattern.venue_type:
        # Twice, because structures with premises use them most.
        venues += [here(pattern.venue_type, name)] * 2
    return venues


def _lycee(school: School) -> Venue:
    return Venue("lycee", school.name, f"{school.postal_code} {school.town}", school.commune_code, school.uai)
