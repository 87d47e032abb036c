"""Dates, hours and numbers as French readers expect them. Times arrive in the local time of the place."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_PARIS = "Europe/Paris"
#: French names of times other than that of Paris, wherever France has a commune.
LOCAL_TIMES: Mapping[str, str] = {
    "America/Guadeloupe": "heure de la Guadeloupe",
    "America/Martinique": "heure de la Martinique",
    "America/Cayenne": "heure de la Guyane",
    "America/Miquelon": "heure de Saint-Pierre-et-Miquelon",
    "America/St_Barthelemy": "heure de Saint-Barthélemy",
    "America/Marigot": "heure de Saint-Martin",
    "Indian/Reunion": "heure de La Réunion",
    "Indian/Mayotte": "heure de Mayotte",
    "Pacific/Wallis": "heure de Wallis-et-Futuna",
    "Pacific/Tahiti": "heure de Tahiti",
    "Pacific/Marquesas": "heure des îles Marquises",
    "Pacific/Gambier": "heure des îles Gambier",
    "Pacific/Noumea": "heure de la Nouvelle-Calédonie",
}
_BEFORE_MARK, _AFTER_QUOTE = re.compile(r" (?=[:;!?»%€])"), re.compile(r"(?<=«) ")
_FULL_HOUR, _CODE = re.compile(r"\b(\d{1,2})[ \u00a0]h[ \u00a0]00\b"), re.compile(r"[a-z0-9-]+|[^@]*\d[^@]*")
_QUOTES = re.compile(r"(«[ \u00a0\u202f]?|[ \u00a0\u202f]?»)")
#: Actors by role, within a sentence.
_AGENTS: Mapping[str, str] = {
    "PUBLIC": "une personne sans compte",
    "PARENT": "un parent",
    "STRUCTURE": "la structure",
    "MEDIATEUR": "un médiateur",
    "COORDONNATEUR": "le coordonnateur",
    "DIRECTOR": "le directeur d'école",
    "INSPECTOR": "l'IEN",
    "HEAD": "le chef d'établissement",
    "TEACHER": "un enseignant",
    "NATIONAL": "l'équipe nationale",
    "AUDITOR": "un auditeur",
    "SYSTEM": "le site, de lui-même",
}
#: Words for the adults, one and many, by the audience of an animation that is not for parents.
_ADULTS: Mapping[str, tuple[str, str]] = {"mediateurs": ("médiateur", "médiateurs")}
#: Keeps a number with its unit on one line.
_NBSP = "\N{NO-BREAK SPACE}"


def day(value: str | date, time_zone: str = _PARIS) -> str:
    """Return `vendredi 15 janvier 2027`; of an instant in UTC, the day that it was in the time of a place."""
    moment = value if isinstance(value, date) else datetime.fromisoformat(value)
    if isinstance(moment, datetime) and moment.utcoffset() == timedelta(0):
        moment = moment.astimezone(ZoneInfo(time_zone))
    number = "1er" if moment.day == 1 else str(moment.day)
    return f"{WEEKDAYS[moment.weekday()]} {number}{_NBSP}{MONTHS[moment.month - 1]} {moment.year}"


def month(value: date) -> str:
    """Return `janvier 2027`."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def hour(value: str | datetime) -> str:
    """Return `18 h` or `18 h 30`; of an hour that the clocks of a zone show twice, which of the two it is."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    minutes = f"{_NBSP}{moment.minute:02}" if moment.minute else ""
    repeated = moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
    season = "d'été" if moment.dst() else "d'hiver"
    return f"{moment.hour}{_NBSP}h{minutes}{f' (heure {season})' if repeated else ''}"


@lru_cache(10_000)
def span(start: str, end: str, time_zone: str = _PARIS) -> str:
    """Return when something takes place, from start to end, with the name of another time than that of Paris."""
    first, last = (datetime.fromisoformat(value).astimezone(ZoneInfo(time_zone)) for value in (start, end))
    name = "" if time_zone == _PARIS else f" ({LOCAL_TIMES.get(time_zone, f'heure locale, {time_zone}')})"
    if first.date() == last.date():
        return f"{day(first)}, de {hour(first)} à {hour(last)}{name}"
    return f"du {day(first)} à {hour(first)} au {day(last)} à {hour(last)}{name}"


def moment(value: str, time_zone: str = _PARIS) -> str:
    """Return when something was recorded: `vendredi 15 janvier 2027 à 18 h 30`, in the time of a place."""
    local = datetime.fromisoformat(value).astimezone(ZoneInfo(time_zone))
    return f"{day(local)} à {hour(local)}"


def typography(text: str) -> str:
    """Keep `: ; ! ? » % €` on the line of the word before them; write a full hour as `hour` does.

    Quotes within quotes, as of a title that has some, get marks of their own.
    """
    if text.count("«") > 1:
        text = _quotes_within(text)
    return _BEFORE_MARK.sub(_NBSP, _AFTER_QUOTE.sub(_NBSP, _FULL_HOUR.sub(rf"\1{_NBSP}h", text)))


def _quotes_within(text: str) -> str:
    depth, parts = 0, []
    for part in _QUOTES.split(text):
        opens, closes = part.startswith("«"), part.endswith("»")
        depth += opens
        parts.append("“" if opens and depth > 1 else "”" if closes and depth > 1 else part)
        depth -= closes
    return text if depth else "".join(parts)


def written(text: str) -> Markup:
    """Return what somebody wrote in a field of several lines, with its lines."""
    return Markup("<br>").join(escape(line) for line in text.strip().splitlines())


def capital(text: str) -> str:
    """Return a text that begins with a capital: « Accepte les SMS », not « les sms »."""
    return text[:1].upper() + text[1:]


def agent(role: str, name: str | None) -> str:
    """Return who acted: « le coordonnateur (Jeanne Martin) ». Accounts that have no name of a person are left out."""
    called = name if name and not _CODE.fullmatch(name) else None
    return _AGENTS.get(role, role) + (f" ({called})" if called else "")


def path(url: str) -> str:
    """Return an address of this site without its host: pages are also read where they have another."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def seats(number: int) -> str:
    return "Complet" if not number else "1 place" if number == 1 else f"{count(number)} places"


def free(number: int, all_seats: int) -> str:
    """Return `12 places libres sur 15`, or that there is none."""
    return f"{plural(number, 'place libre', 'places libres')} sur {count(all_seats)}" if number else "Complet"


def count(number: int) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def plural(number: int, one: str, many: str) -> str:
    """Return `0 animation`, `1 animation`, `2 animations`: in French, the plural begins with two."""
    return f"{count(number)}{_NBSP}{one if number < 2 else many}"


def adults(number: int, animation: Mapping[str, Any] | None) -> str:
    """Return how many came beside the children, as whom the animation is for: `12 parents`, `12 médiateurs`."""
    return plural(number, *who_comes(animation))


def came(figures: Mapping[str, Any], animation: Mapping[str, Any] | None) -> str:
    """Return who came: `12 parents et 8 enfants`; without children where none came and none could."""
    children, admitted = figures["children"], ((animation or {}).get("type") or {}).get("admitsChildren")
    with_children = f" et {plural(children, 'enfant', 'enfants')}" if children or admitted else ""
    return adults(figures["parents"], animation) + with_children


def who_comes(animation: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return what those are called, one and many."""
    return _ADULTS.get(animation["audience"]["code"] if animation else "", ("parent", "parents"))


def how_many(page: Mapping[str, Any]) -> str:
    """Return how many items the list of a page has, `plus de 1 000` where it was counted no further."""
    return count(page["totalCount"]) if page["totalCountIsExact"] else f"plus de {count(page['totalCount'])}"


def total(page: Mapping[str, Any], one: str, many: str) -> str:
    """Return `12 animations`, or `Plus de 1 000 animations`, as the beginning of a sentence."""
    number = page["totalCount"]
    return plural(number, one, many) if page["totalCountIsExact"] else f"Plus de {plural(number, one, many)}"


def decimal(number: float, places: int = 2) -> str:
    """Return `20,6` of `20.6` and `225` of `225.0`."""
    whole, _, rest = f"{number:.{places}f}".partition(".")
    rest = rest.rstrip("0")
    return count(int(whole)) + (f",{rest}" if rest else "")


def percent(share: float | None) -> str:
    """Return `24,9` of 0.2499: rounded down, so that no target is shown as reached before it is."""
    # The product of a fraction may lie just below its tenth.
    return decimal(math.floor(round(1000 * (share or 0), 6)) / 10, 1)


def euros(amount: str) -> str:
    """Return `1 350,00 €` of `1350.00`."""
    whole, _, cents = amount.partition(".")
    return f"{count(int(whole))},{cents or '00'}{_NBSP}€"


def size(number: int) -> str:
    """Return the size of a file: `12 ko`, `1,4 Mo`."""
    if number < 1_000_000:
        return f"{max(1, round(number / 1000))}{_NBSP}ko"
    return f"{number / 1_000_000:.1f}".removesuffix(".0").replace(".", ",") + f"{_NBSP}Mo"
