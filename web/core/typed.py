"""Clean what people type and paste: characters that show nothing are left out, since nobody could find them to mend
them.

Address books put U+202A around telephone numbers, messengers U+200E before them, word processors soft hyphens into
words, and slides vertical tabs at the ends of lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date as Day
from datetime import time as Hour

from web.core.french import MONTHS, WEEKDAYS

#: Ends of lines, of browsers, of slides (vertical tab), and of other programs.
_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
#: Characters that the API refuses in any text: controls, halves of characters, and marks that turn a text around.
_UNREADABLE = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
#: Blank letters, which it also refuses in a line.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
#: The format characters that words of several languages and emojis need.
_JOINERS = frozenset("\u200c\u200d")
_SPACES = re.compile("[\t\n]+")
#: « samedi 3/12/2026 », after what `_STRAY` leaves.
_DAY = re.compile(r"(?:([a-z]+)\.? )?(\d{1,2}) ?[/. -] ?(\d{1,2}) ?[/. -] ?(\d{4}|\d{2})", re.ASCII)
#: Days in words, of which accents are left out: « samedi 3 déc. 2026 », « 1 er mars 27 ». The year may be missing.
_DAY_IN_WORDS = re.compile(
    r"(?:([a-z]+)\.? )?(\d{1,2}) ?(?:er)? ?[ -] ?([a-z]{3,})\.?(?: ?[ -] ?(\d{4}|\d{2}))?", re.ASCII
)
#: Marks and words that stand around a day.
_STRAY = re.compile(r"[,;:()«»\"]|\b(?:date|jour|le|au|du)\b|\.$")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
#: Hours as people write them where a browser has no field for them: 9 h 30.
_HOUR = re.compile(r"(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?", re.ASCII)
#: An hour as the API reads it; Python's own reader takes 18.30 for 18:00.
_ISO_HOUR = re.compile(r"\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d)?", re.ASCII)
#: Thousands stand apart by spaces or points, in groups of three.
_NUMBER = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?P<mark>[ .])\d{3}(?:(?P=mark)\d{3})*|\d+)(?:[.,](?P<part>\d+))?", re.ASCII
)
_AMOUNT = re.compile(r"\d+(\.\d{1,2})?", re.ASCII)
#: Thousands, or three decimals: 12.505 and 12,505.
_EITHER = re.compile(r"([1-9]\d{0,2})[.,](\d{3})", re.ASCII)
_EUROS = ("€", "euros", "euro", "eur")
PER_CENT = ("%", "pour cent")
#: Marks of the width of an ideogram, as some keyboards have them.
_WIDE = str.maketrans("％，．：／", "%,.:/")
#: The most wrong lines that are named.
_MOST_NAMED = 5
#: The longest quotation of a wrong line.
_QUOTED = 80


def readable(text: str) -> str:
    """Return a text of several lines without what the API would refuse in it and nobody sees."""
    return _UNREADABLE.sub("", _ENDS.sub("\n", text))


def readable_line(text: str) -> str:
    """Return a text of one line likewise. A tab or the end of a line within is a space."""
    line = _SPACES.sub(" ", readable(text))
    return line if line.isascii() else "".join(filter(_shows, line))


def readable_lines(text: str) -> str:
    """Return lines that are each a text of its own."""
    return "\n".join(map(readable_line, readable(text).split("\n")))


def _shows(char: str) -> bool:
    return char in _JOINERS or not (unicodedata.category(char) in ("Cf", "Co") or char in _BLANK)


def _plain(text: str) -> str:
    """Return a text with the digits of any script as 0 to 9, and its spaces as single ones."""
    digits = (str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    return " ".join("".join(digits).translate(_WIDE).split())


def _without_unit(text: str, units: Sequence[str]) -> str:
    text = _plain(text)
    unit = next((unit for unit in units if text.casefold().endswith(unit)), "")
    return text[: len(text) - len(unit)].rstrip()


def plain_number(text: str, units: Sequence[str] = ()) -> str | None:
    """Return 1200.5 of « 1 200,5 » and « 1.200,5 € », where the euro is among its units; None of what is no number."""
    number = _NUMBER.fullmatch(_without_unit(text, units))
    if number is None:
        return None
    whole = number["whole"].replace(number["mark"] or " ", "")
    return f"{whole}.{number['part']}" if number["part"] else whole


def whole_number(text: str, units: Sequence[str] = ()) -> int | str:
    """Return a number that the API can read, or else the text."""
    number = plain_number(text, units)
    whole, _, part = (number or "").partition(".")
    if number is None or part.strip("0"):
        return text
    return int(whole) if len(whole) < 10 else whole


def _wrong_number(text: str, example: int = 2) -> str:
    """Return what was expected in place of a text that `whole_number` could not read."""
    if text.isascii() and text.isdigit():
        return "ce nombre est trop grand"
    if "." in (plain_number(text, PER_CENT) or ""):
        return f"un nombre entier est attendu, sans virgule, par exemple {example}"
    # Calling for a number would say nothing to 12,5 or « 12 places ».
    some = any(map(str.isdigit, text))
    return f"{'des chiffres seulement' if some else 'un nombre est attendu'}, par exemple {example}"


def in_two_ways(text: str, units: Sequence[str] = ()) -> tuple[str, str] | None:
    """Return what stands before and after the mark of a number that may be thousands or have three decimals."""
    either = _EITHER.fullmatch(_without_unit(text, units))
    return (either[1], either[2]) if either else None


def wrong_decimal(text: str, units: Sequence[str] = ()) -> str | None:
    """Return how else to write a number that reads in two ways; None of any other."""
    if (parts := in_two_ways(text, units)) is None:
        return None
    whole, part = parts
    # Three decimals would be thousands again.
    decimals = part.rstrip("0") if part.endswith("0") else f"{part}0"
    return (
        f"ce nombre se lit de deux façons : écrivez {whole} {part} pour des milliers,"
        f" ou {whole}{f',{decimals}' if decimals else ''} sinon"
    )


def amount(text: str) -> str:
    """Return an amount of euros as the API reads it, or else the text, as of one that reads in two ways."""
    return text if in_two_ways(text, _EUROS) else plain_number(text, _EUROS) or text


def _wrong_amount(text: str) -> str | None:
    if parts := in_two_ways(text, _EUROS):
        whole, part = parts
        return (
            f"ce montant se lit de deux façons : écrivez {whole} {part},00 pour des milliers d'euros, ou deux chiffres"
            f" au plus après la virgule, par exemple {whole},{part[:2]}"
        )
    return None if _AMOUNT.fullmatch(text) else "un montant en euros est attendu, par exemple 150,00"


def iso_hour(text: str) -> str:
    """Return 09:30 of « 9 h 30 » and the like, and any other text as it is."""
    hour = _HOUR.fullmatch(_plain(text))
    return f"{int(hour[1]):02}:{hour[2] or '00'}" if hour else text


def _wrong_hour(text: str) -> str | None:
    is_hour = _ISO_HOUR.fullmatch(text) and _reads(Hour, text)
    return None if is_hour else "une heure est attendue, par exemple 18:00"


def iso_day(text: str) -> str:
    """Return 2027-01-15 of 15/01/2027, 15-01-27, « vendredi 15 janvier 2027 » and the like, and any other text as it
    is.
    """
    if _ISO_DAY.fullmatch(text):
        return text
    iso, weekday = _day_of(text)
    return iso if iso and _is(iso, weekday) else text


def _iso(year: str, month: int, day: str) -> str:
    return f"{year if len(year) == 4 else f'20{year}'}-{month:02}-{int(day):02}"


def _bare(text: str) -> str:
    """Return the text of a day without accents, and without the marks and words that stand around it."""
    return " ".join(_STRAY.sub(" ", _without_accents(_plain(text))).split())


def _day_of(text: str) -> tuple[str, str]:
    """Return the day that is written, with the day of the week that stands before it, if any; two "" of any other
    text.
    """
    bare = _bare(text)
    if _ISO_DAY.fullmatch(bare):
        return bare, ""
    if day := _DAY.fullmatch(bare):
        return _named(day[1] or "", _iso(day[4], int(day[3]), day[2]))
    words = _DAY_IN_WORDS.fullmatch(bare)
    month = _month(words[3]) if words else 0
    return _named(words[1] or "", _iso(words[4], month, words[2])) if words and words[4] and month else ("", "")


def _lacks_year(text: str) -> bool:
    """Return whether a text is a day in words without its year."""
    words = _DAY_IN_WORDS.fullmatch(_bare(text))
    return words is not None and words[4] is None and _month(words[3]) > 0


def _month(beginning: str) -> int:
    """Return the number of the only month that begins so, or 0."""
    months = [number for number, name in enumerate(MONTHS, 1) if _begins(name, beginning)]
    return months[0] if len(months) == 1 else 0


def _named(weekday: str, iso: str) -> tuple[str, str]:
    """Return a day with the day of the week before it; two "" where another word stands there."""
    is_one = not weekday or (len(weekday) > 2 and any(_begins(name, weekday) for name in WEEKDAYS))
    return (iso, weekday) if is_one else ("", "")


def _is(iso: str, weekday: str) -> bool:
    """Return whether a day is that day of the week. One that does not exist is said to be so elsewhere."""
    return not weekday or not _reads(Day, iso) or _begins(_weekday(iso), weekday)


def _weekday(iso: str) -> str:
    return WEEKDAYS[Day.fromisoformat(iso).weekday()]


def _begins(name: str, beginning: str) -> bool:
    return _without_accents(name).startswith(beginning)


def _without_accents(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in letters if not unicodedata.combining(char))


def wrong_day(day: str) -> str | None:
    """Return what was expected in place of a text that `iso_day` has read."""
    if not _reads(Day, day):
        iso, weekday = _day_of(day)
        if weekday:
            return f"ce jour est un {_weekday(iso)} : vérifiez la date"
        if _lacks_year(day):
            return "l'année manque, par exemple 15 janvier 2027"
        nonexistent = "ce jour n'existe pas, " if _ISO_DAY.fullmatch(day) else ""
        return f"{nonexistent}une date est attendue, par exemple 15/01/2027"
    if not 2000 <= Day.fromisoformat(day).year <= 2100:
        return "une année entre 2000 et 2100 est attendue, par exemple 15/01/2027"
    return None


def lines(typed: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold something, with their numbers among all of them."""
    return ((number, text) for number, line in enumerate(typed.splitlines(), 1) if (text := line.strip()))


def line_called(number: int, text: str) -> str:
    return f"ligne {number}, {quoted(text)}"


def first_of(problems: Sequence[str]) -> str:
    """Return the first problems of a list, and whether there are more."""
    more = ["D'autres lignes sont à corriger."] if len(problems) > _MOST_NAMED else []
    return " ".join([*problems[:_MOST_NAMED], *more])


def quoted(text: str) -> str:
    return f"« {text if len(text) <= _QUOTED else text[: _QUOTED - 1] + '…'} »"


def _reads(kind: type[Day] | type[Hour], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


#: By the kind of a field: returns what was expected in place of a text that the API could not read.
WRONG: Mapping[str, Callable[[str], str | None]] = {
    "number": _wrong_number,
    "percent": lambda text: _wrong_number(text, 10),
    "amount": _wrong_amount,
    "time": _wrong_hour,
    "date": wrong_day,
}
