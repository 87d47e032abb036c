"""Field types that commands share, and pydantic's errors in French, for every field at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    create_model,
)

from domain.kernel.errors import DomainError, ErrorCode, Problem, in_figures, quantity
from domain.kernel.field_labels import sentence
from domain.kernel.identifiers import LONGEST_IDENTIFIER, without_separators

M = TypeVar("M", bound=BaseModel)
Day = TypeVar("Day", bound=date)


# Unicode's categories Cc and Cs, without tab and line breaks.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Show a text in another order than it is stored in (Unicode Technical Report 36, section 2.7).
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\t\n\r]")
# Separators that nobody types: they come with pasted text.
_SEPARATORS = re.compile(r"[\u2028\u2029]")
#: The two format characters that words of several languages need (Unicode Standard Annex 31, section 2.3).
_JOINERS = "\u200c\u200d"
#: Letters and marks that show nothing (Unicode's property Default_Ignorable_Code_Point, and the empty Braille cell).
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def _printable(value: str) -> str:
    """Refuse control characters (PostgreSQL cannot hold a null byte) but keep line breaks and tabs."""
    if _CONTROL.search(value):
        raise ValueError("caractère de contrôle interdit")
    if match := _DIRECTION.search(value):
        raise ValueError(_invisible(match.group()))
    # A text of format and space characters alone would be a reason that nobody can read.
    if all(unicodedata.category(char)[0] in "CZM" for char in value):
        raise ValueError("champ obligatoire")
    return unicodedata.normalize("NFC", value)


def _one_line(value: str) -> str:
    if _BREAKS.search(value):
        raise ValueError("une seule ligne attendue, sans retour à la ligne ni tabulation")
    for char in value:
        if (unicodedata.category(char) in ("Cf", "Co") and char not in _JOINERS) or char in _BLANK_LETTERS:
            raise ValueError(_invisible(char))
    return _SEPARATORS.sub(" ", value)


def _invisible(char: str) -> str:
    return f"caractère invisible interdit (U+{ord(char):04X}) : retapez ce texte"


def formatted(pattern: str, expected: str) -> AfterValidator:
    """Return a validator for the whole text. `expected` describes the pattern in French, for the error message."""
    form = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if form.fullmatch(value) is None:
            raise ValueError(expected)
        return value

    return AfterValidator(check)


def _of_our_time(value: Day) -> Day:
    """Refuse far-off years: they are slips of the keyboard, and local time overflows at the ends of the calendar."""
    if not 2000 <= value.year <= 2100:
        raise ValueError("année attendue entre 2000 et 2100")
    return value


def _with_an_hour(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        raise ValueError("date et heure attendues, par exemple 2027-01-15T18:00")
    return value


def _text(longest: int, check: Callable[[str], str] = str) -> Any:
    """Return the type of a text of several lines, in NFC. `check` sees the cleaned text."""
    return Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=longest),
        AfterValidator(_printable),
        AfterValidator(check),
    ]


#: « Neige » is a reason; « Non », « ok » and « xxxxx » tell nobody why.
SHORTEST_REASON, LEAST_LETTERS = 5, 3


def _in_words(value: str) -> str:
    letters = [char for char in value.casefold() if char.isalpha()]
    if len(letters) < SHORTEST_REASON or len(set(letters)) < LEAST_LETTERS:
        raise ValueError(f"un motif s'écrit avec des mots, de {SHORTEST_REASON} lettres au moins en tout")
    return value


def _joined(value: object) -> object:
    """Join the lines of a text with commas."""
    if not isinstance(value, str) or len(value) > 1_000:
        return value
    return ", ".join(part for row in re.split(r"[\r\n\u2028\u2029]+", value) if (part := row.strip().rstrip(",")))


def line(longest: int, check: Callable[[str], str] = str) -> Any:
    """Return the type of a one-line text in NFC, of visible characters: fit for a title, a header, a cell, a list.

    `check` sees the cleaned text and may raise ValueError (French).
    """
    return Annotated[_text(longest), AfterValidator(_one_line), AfterValidator(check)]


def _joined_line(longest: int) -> Any:
    """Return the type of a text that people type in several lines, as on an envelope, and that is shown in one."""
    return Annotated[line(longest), BeforeValidator(_joined)]


def _one_word(longest: int, message: str) -> Any:
    """Return the type of a text without spaces, that is compared as it stands."""
    return Annotated[line(longest), formatted(r"(?u:\S+)", message)]


Label = line(200)
Address = _joined_line(300)
#: The subject of a token: compared as it stands, at most as long as OpenID Connect admits (Core 1.0, section 2).
Subject = _one_word(255, "identifiant de connexion attendu en un seul mot, sans espace")
#: A signed link, with room for text pasted around it; see `application.commanding.signed_links`.
Link = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
#: A code typed from paper, with any separators between its groups, or pasted with its label.
PrintedCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
#: Why something is done. The decision, once it knows the actor's right, asks for words: see `required_reason`.
Reason = _text(2_000)
Comment = _text(2_000)
LongText = _text(5_000)
Summary = _text(500)
Article = _text(20_000)


def _ungrouped(value: object) -> object:
    return without_separators(value).strip() if isinstance(value, str) and len(value) <= LONGEST_IDENTIFIER else value


TerritoryCode = Annotated[
    str,
    StringConstraints(max_length=60),
    BeforeValidator(_ungrouped),
    formatted(r"\d{2}|2[AB]|97\d|98[4-9]", "code de département attendu, par exemple 34, 2A ou 971"),
]
CommuneCode = Annotated[
    str,
    StringConstraints(max_length=60),
    BeforeValidator(_ungrouped),
    formatted(r"(\d{2}|2[AB])\d{3}", "code INSEE de commune attendu, par exemple 34172 ou 2A004"),
]
#: More than any hall holds: a guard against slips of the keyboard, not a rule of the programme.
HeadCount = Annotated[int, Field(ge=0, le=100_000)]
Seats = Annotated[int, Field(ge=1, le=100_000)]
#: An instant with its offset; the territory decides which local time it shows.
Instant = AwareDatetime
#: An instant that somebody declares, on the clocks of a territory where it has no offset.
DeclaredInstant = Annotated[datetime, BeforeValidator(_with_an_hour), AfterValidator(_of_our_time)]
#: A day that somebody declares.
DeclaredDay = Annotated[date, AfterValidator(_of_our_time)]


def _in_french(expected: str) -> str:
    """Translate pydantic's list of accepted values: `'A', 'B' or 'C'`."""
    return expected.replace("' or '", "', '").replace("'", "")


Sentence = Callable[[Mapping[str, Any]], str]


def _same(sentence: str, *kinds: str) -> Mapping[str, Sentence]:
    return {kind: lambda _: sentence for kind in kinds}


_FRENCH: Mapping[str, Sentence] = {
    "missing": lambda _: "champ obligatoire",
    "string_type": lambda _: "texte attendu",
    "string_too_short": lambda c: (
        "champ obligatoire" if c["min_length"] == 1 else f"au moins {in_figures(c['min_length'])} caractères"
    ),
    "string_too_long": lambda c: f"{in_figures(c['max_length'])} caractères au plus",
    "string_pattern_mismatch": lambda _: "format incorrect",
    "string_unicode": lambda _: "texte attendu",
    "greater_than": lambda c: f"doit être supérieur à {in_figures(c['gt'])}",
    "greater_than_equal": lambda c: f"doit être au moins {in_figures(c['ge'])}",
    "less_than_equal": lambda c: f"doit être au plus {in_figures(c['le'])}",
    "int_type": lambda _: "nombre entier attendu",
    "int_parsing": lambda _: "nombre entier attendu",
    "int_parsing_size": lambda _: "nombre trop grand",
    "int_from_float": lambda _: "nombre entier attendu",
    **_same("nombre attendu", "finite_number", "float_type", "float_parsing", "decimal_type", "decimal_parsing"),
    "decimal_max_places": lambda c: f"{c['decimal_places']} décimales au plus",
    "bool_type": lambda _: "vrai ou faux attendu",
    "bool_parsing": lambda _: "vrai ou faux attendu",
    "timezone_aware": lambda _: "date et heure avec décalage horaire attendues, par exemple 2027-01-15T18:00:00+01:00",
    **_same(
        "date et heure attendues, par exemple 2027-01-15T18:00:00+01:00",
        "datetime_type",
        "datetime_parsing",
        "datetime_from_date_parsing",
        "datetime_object_invalid",
    ),
    **_same(
        "date attendue, par exemple 2027-01-15",
        "date_type",
        "date_parsing",
        "date_from_datetime_parsing",
        "date_from_datetime_inexact",
    ),
    "uuid_parsing": lambda _: "identifiant (UUID) attendu",
    "uuid_type": lambda _: "identifiant (UUID) attendu",
    "tuple_type": lambda _: "liste attendue",
    "too_short": lambda c: f"au moins {quantity(c['min_length'], 'élément')}",
    "too_long": lambda c: f"{in_figures(c['max_length'])} éléments au plus",
    "enum": lambda c: f"valeurs acceptées : {_in_french(c['expected'])}",
    "literal_error": lambda c: f"valeurs acceptées : {_in_french(c['expected'])}",
    "extra_forbidden": lambda _: "champ inconnu",
    "value_error": lambda c: str(c.get("error", "valeur invalide")),
}


def _unforeseen(_: Mapping[str, Any]) -> str:
    return "valeur invalide"


def _problem(error: Mapping[str, Any], own: Mapping[str, str]) -> Problem:
    # A null in a mandatory field is a missing field, whatever the expected type.
    absent = error["input"] is None and error["type"] not in ("value_error", "extra_forbidden")
    kind = "missing" if absent else error["type"]
    words = _FRENCH.get(kind, _unforeseen)(error.get("ctx", {}))
    path = _path(error)
    return Problem(ErrorCode.INVALID, sentence(path, words, own), path)


def _path(error: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(part) for part in error["loc"])


def problems_of(error: ValidationError, own: Mapping[str, str] = MappingProxyType({})) -> DomainError:
    """Return pydantic's errors as French problems, one a field. They never repeat a value: it may be personal.

    `own`: what the model calls its fields where the shared word is another's.
    A list of which an item is wrong is not besides too short: pydantic counts the items that it could take.
    """
    errors = error.errors(include_url=False)
    inside = {_path(details)[:length] for details in errors for length in range(1, len(details["loc"]))}
    return DomainError(
        _problem(details, own) for details in errors if details["type"] != "too_short" or _path(details) not in inside
    )


def validated(model: type[M], values: Mapping[str, Any]) -> M:
    """Build `model` from `values`. Raise DomainError (INVALID) with every field that is missing or wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise problems_of(error, getattr(model, "own_labels", {})) from error


@cache
def _with_reason(field: str) -> type[BaseModel]:
    fields: dict[str, Any] = {field: (_text(2_000, check=_in_words), ...)}
    model: type[BaseModel] = create_model("_WithReason", **fields)
    return model


def required_reason(reason: str, field: str = "reason") -> str:
    """Return the reason for a refusal, a correction or an end, cleaned. Raise DomainError if that is no words."""
    return str(validated(_with_reason(field), {field: reason}).model_dump()[field])
