"""Find what is unusual in a dossier before its certification: alike animations, odd figures."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from uuid import UUID

from domain.animations.adults import adult
from domain.kernel.errors import in_figures, quantity
from domain.kernel.events import ERASED_WORDS
from domain.service_dossiers.events import ServiceWarning


class WarningCode(StrEnum):
    """Recorded: a code is never renamed."""

    SAME_TIME_AND_PLACE = "SAME_TIME_AND_PLACE"
    SAME_SHEET = "SAME_SHEET"
    ALIKE_SHEET = "ALIKE_SHEET"
    ATTENDANCE_ABOVE_SEATS = "ATTENDANCE_ABOVE_SEATS"
    ATTENDANCE_UNLIKE_LIST = "ATTENDANCE_UNLIKE_LIST"
    NOBODY_CAME = "NOBODY_CAME"
    VERY_SHORT = "VERY_SHORT"
    VERY_LONG = "VERY_LONG"
    DECLARED_LATE = "DECLARED_LATE"
    UNUSUAL_RATE = "UNUSUAL_RATE"


#: In French, for papers that know the dossier's own animations only.
LABELS: Mapping[WarningCode, str] = {
    WarningCode.SAME_TIME_AND_PLACE: "à la même heure et au même endroit qu'une autre animation",
    WarningCode.SAME_SHEET: "même liste d'émargement qu'une autre animation",
    WarningCode.ALIKE_SHEET: "liste d'émargement qui ressemble à celle d'une autre animation",
    WarningCode.ATTENDANCE_ABOVE_SEATS: "bien plus de parents que de places",
    WarningCode.ATTENDANCE_UNLIKE_LIST: "un autre nombre de parents que sur la liste pointée",
    WarningCode.NOBODY_CAME: "personne n'est venu",
    WarningCode.VERY_SHORT: "durée très courte",
    WarningCode.VERY_LONG: "durée très longue",
    WarningCode.DECLARED_LATE: "déclarée longtemps après",
    WarningCode.UNUSUAL_RATE: "tarif inhabituel",
}
#: Where a warning begins. None of these is a rule of the programme: they only make somebody look.
MOST_PARENTS_A_SEAT = 3
#: Parents attested, more or fewer than were ticked or counted: so many, or half of these if that is more.
LEAST_UNLIKE = 4
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=24)
LATEST_DECLARATION = timedelta(days=60)
MOST_USUAL_RATE = Decimal("1000.00")
#: A page's likeness: 48 rows and columns.
LIKENESS_BITS = 48 * 48
#: One scan handed in twice differs in fewer of the bits that either has; sheets of one form with four signatures or
#: more differ in more (docs/decisions/0029-likeness-without-the-form.md).
LARGEST_DIFFERENCE = 0.42
#: A place that any number of structures share.
_ONLINE = "en-ligne"


@dataclass(frozen=True, slots=True)
class Claim:
    """An attested animation, as far as it is compared. `declared_late_on` is None if it was declared in time."""

    id: UUID
    structure_id: UUID
    territory: str
    title: str
    day: date
    starts_at: datetime
    ends_at: datetime
    venue_type: str
    venue_name: str
    commune_code: str | None
    seats: int
    parents: int
    children: int
    #: SHA-256 of the pages of the signed sheet, and what these look like.
    sheets: tuple[str, ...]
    likenesses: tuple[int, ...] = ()
    declared_late_on: date | None = None
    rate: Decimal | None = None
    #: How many parents were ticked as present or counted on the day; None where nobody was.
    came: int | None = None
    #: The code of whom the animation is for.
    audience: str = ""

    def __str__(self) -> str:
        return f"« {self.title} » du {self.day:%d/%m/%Y}"


#: Features that two alike animations share, one of them at least.
KeysOf = Callable[[Claim], Iterable[Hashable]]
Alike = Callable[[Claim, Claim], bool]


@dataclass(frozen=True, slots=True)
class OpenWarning:
    """A warning as it is recorded, with its French message."""

    recorded: ServiceWarning
    message: str


#: What é, è, ê, ç and ë are decomposed into.
_FRENCH_MARKS = ("\u0301", "\u0300", "\u0302", "\u0327", "\u0308")
#: ASCII, with all that separates words as spaces.
_APART = bytes(code if chr(code).isalnum() else ord(" ") for code in range(256))


def place_key(venue_name: str) -> str:
    """Return the name of a place without accents, capitals and punctuation, as equal places are found by."""
    if venue_name == ERASED_WORDS:
        return ""
    letters = unicodedata.normalize("NFKD", venue_name).casefold()
    for mark in _FRENCH_MARKS:
        letters = letters.replace(mark, "")
    # Most names are ASCII by now.
    if letters.isascii():
        return b" ".join(letters.encode().translate(_APART).split()).decode()
    words = "".join(letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join(words.split())


def warnings_of(claims: Sequence[Claim], others: Iterable[Claim]) -> list[OpenWarning]:
    """Return what is unusual about these animations of a dossier, beside each other and beside others, in order."""
    own = {claim.id for claim in claims}
    elsewhere = [other for other in others if other.id not in own]
    open_warnings = [
        *_alike(WarningCode.SAME_TIME_AND_PLACE, claims, elsewhere, _place, _met),
        *_alike(WarningCode.SAME_SHEET, claims, elsewhere, _sheets, _always),
        *_alike(WarningCode.ALIKE_SHEET, claims, elsewhere, _signers, _look_alike),
        *chain.from_iterable(_odd_figures(claim) for claim in claims),
        *_unusual_rates(claims),
    ]
    places = {claim.id: place for place, claim in enumerate(claims)}
    return sorted(open_warnings, key=lambda warning: places[warning.recorded.animation_id])


def _alike(
    code: WarningCode, claims: Sequence[Claim], elsewhere: Sequence[Claim], keys_of: KeysOf, alike: Alike
) -> Iterator[OpenWarning]:
    """Yield a warning for each claim that is like an earlier one of the dossier, and for each like one elsewhere.

    One of each is named: a scan that stands for five hundred animations makes no hundred thousand pairs.
    """
    others_by_key: defaultdict[Hashable, list[Claim]] = defaultdict(list)
    own_by_key: defaultdict[Hashable, list[Claim]] = defaultdict(list)
    for other in elsewhere:
        for key in keys_of(other):
            others_by_key[key].append(other)
    for claim in claims:
        keys = list(keys_of(claim))
        for by_key in (own_by_key, others_by_key):
            sharing = chain.from_iterable(by_key[key] for key in keys)
            if (first := next((other for other in sharing if alike(claim, other)), None)) is not None:
                yield _warning(code, claim, first)
        for key in keys:
            own_by_key[key].append(claim)


def _place(claim: Claim) -> Iterator[Hashable]:
    if key := place_key(claim.venue_name):
        yield claim.territory, key


def _met(claim: Claim, other: Claim) -> bool:
    """Return whether both took place at one time and, as far as is known, in one commune."""
    if claim.starts_at >= other.ends_at or other.starts_at >= claim.ends_at:
        return False
    if claim.structure_id != other.structure_id and _ONLINE in (claim.venue_type, other.venue_type):
        return False
    return None in (claim.commune_code, other.commune_code) or claim.commune_code == other.commune_code


def _sheets(claim: Claim) -> Sequence[Hashable]:
    return claim.sheets


def _always(claim: Claim, other: Claim) -> bool:
    return True


def _signers(claim: Claim) -> Iterator[Hashable]:
    """Yield whose sheets look alike by themselves: forms and hands of one structure."""
    if claim.likenesses:
        yield claim.structure_id


def _look_alike(claim: Claim, other: Claim) -> bool:
    """Return whether a page of both is one scan, saved in two files."""
    if not set(claim.sheets).isdisjoint(other.sheets):
        # Sharing the same file is another warning.
        return False
    return any(is_one_scan(own, its) for own in claim.likenesses for its in other.likenesses)


def is_one_scan(likeness: int, other: int) -> bool:
    return (likeness ^ other).bit_count() <= LARGEST_DIFFERENCE * (likeness | other).bit_count()


def likenesses(pages: Iterable[str]) -> tuple[int, ...]:
    """Return the likenesses of pages, recorded in hexadecimal, to compare."""
    return tuple(int(page, 16) for page in pages)


def attendance_warning(parents: int, seats: int, came: int | None = None, audience: str = "") -> str | None:
    """Return what is unusual about so many parents for these seats and this list of the day (French), or None.

    `audience`: the code of whom the animation is for.
    """
    who, unusual = adult(audience), list[str]()
    if parents > MOST_PARENTS_A_SEAT * seats:
        numbers = f"{parents:,} {who}s pour {seats:,} place{'s' * (seats > 1)}"
        unusual.append(numbers.replace(",", "\N{NARROW NO-BREAK SPACE}"))
    if _is_unlike_list(parents, came):
        unusual.append(f"{quantity(parents, who, 'déclaré')}, {came} pointés ou comptés le jour même")
    return " ; ".join(unusual) or None


def _is_unlike_list(parents: int, came: int | None) -> bool:
    return came is not None and abs(parents - came) >= max(LEAST_UNLIKE, came / 2)


def _odd_figures(claim: Claim) -> Iterator[OpenWarning]:
    lasted, late_on = claim.ends_at - claim.starts_at, claim.declared_late_on
    if attendance_warning(claim.parents, claim.seats):
        yield _warning(WarningCode.ATTENDANCE_ABOVE_SEATS, claim)
    if _is_unlike_list(claim.parents, claim.came):
        yield _warning(WarningCode.ATTENDANCE_UNLIKE_LIST, claim)
    if claim.parents + claim.children == 0:
        yield _warning(WarningCode.NOBODY_CAME, claim)
    if lasted < SHORTEST:
        yield _warning(WarningCode.VERY_SHORT, claim)
    if lasted > LONGEST:
        yield _warning(WarningCode.VERY_LONG, claim)
    if late_on is not None and late_on - claim.day > LATEST_DECLARATION:
        yield _warning(WarningCode.DECLARED_LATE, claim)


def _unusual_rates(claims: Sequence[Claim]) -> Iterator[OpenWarning]:
    """Yield one warning for each rate, at the first animation that is paid at it."""
    first = {claim.rate: claim for claim in reversed(claims) if claim.rate is not None}
    return (_warning(WarningCode.UNUSUAL_RATE, claim) for rate, claim in first.items() if rate > MOST_USUAL_RATE)


def _warning(code: WarningCode, claim: Claim, other: Claim | None = None) -> OpenWarning:
    recorded = ServiceWarning(code=code.value, animation_id=claim.id, other_id=other and other.id)
    return OpenWarning(recorded, message(code, claim, other))


def _parents(claim: Claim, word: str) -> str:
    return quantity(claim.parents, adult(claim.audience), word)


def message(code: WarningCode, claim: Claim, other: Claim | None) -> str:
    """Return the warning in French. `other` is None where it is about one animation, or can no longer be shown."""
    match code:
        case WarningCode.SAME_TIME_AND_PLACE:
            return f"{claim} a eu lieu à la même heure et au même endroit que {_named(claim, other)}."
        case WarningCode.SAME_SHEET:
            return f"La liste d'émargement de {claim} est le même fichier que celle de {_named(claim, other)}."
        case WarningCode.ALIKE_SHEET:
            return f"La liste d'émargement de {claim} ressemble trait pour trait à celle de {_named(claim, other)}."
        case WarningCode.ATTENDANCE_ABOVE_SEATS:
            return f"{claim} : {_parents(claim, 'présent')} pour {quantity(claim.seats, 'place')}."
        case WarningCode.ATTENDANCE_UNLIKE_LIST:
            ticked = "" if claim.came is None else f" ({claim.came})"
            return f"{claim} : {_parents(claim, 'déclaré')}, un autre nombre que sur la liste pointée{ticked}."
        case WarningCode.NOBODY_CAME:
            return f"{claim} : personne n'est venu."
        case WarningCode.VERY_SHORT:
            return f"{claim} a duré moins de {SHORTEST // timedelta(minutes=1)} minutes."
        case WarningCode.VERY_LONG:
            return f"{claim} a duré plus de {LONGEST // timedelta(hours=1)} heures."
        case WarningCode.DECLARED_LATE:
            late_on = claim.declared_late_on
            return f"{claim} n'a été déclarée que {f'le {late_on:%d/%m/%Y}' if late_on else 'longtemps après'}."
        case WarningCode.UNUSUAL_RATE:
            rate = "" if claim.rate is None else f" {in_figures(claim.rate)} €"
            return f"{claim} est payée{rate}, plus que {in_figures(MOST_USUAL_RATE)} € pour une animation."


def _named(claim: Claim, other: Claim | None) -> str:
    if other is None:
        return "une autre animation"
    return str(other) if claim.structure_id == other.structure_id else f"{other}, d'une autre structure"
