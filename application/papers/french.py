"""Format dates, times, sums and identifiers as French readers expect them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
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
_USUAL = "Europe/Paris"
#: Keeps a number and its unit on one line.
NBSP = "\u00a0"


def full_date(day: date) -> str:
    """Format as `lundi 15 mars 2027`; the first of a month is `1er`."""
    return f"{_DAYS[day.weekday()]} {'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def clock_time(instant: datetime) -> str:
    """Format as `18 h` or `18 h 05`, in its own time zone; of one shown twice, which: `2 h 30 (heure d'été)`."""
    which = repeated_hour(instant)
    minutes = f"{NBSP}{instant.minute:02}" if instant.minute else ""
    return f"{instant.hour}{NBSP}h{minutes}{f' ({which})' if which else ''}"


def repeated_hour(instant: datetime) -> str:
    """Return which of the two it is of an hour that clocks, set back, show twice; nothing for any other."""
    if instant.replace(fold=0).utcoffset() == instant.replace(fold=1).utcoffset():
        return ""
    return "heure d'été" if instant.dst() else "heure d'hiver"


def zone_words(time_zone: str) -> str:
    """Return the name of the local time; nothing for that of Paris, which readers expect."""
    if time_zone == _USUAL:
        return ""
    return LOCAL_TIMES.get(time_zone) or f"heure locale, {time_zone.rpartition('/')[2].replace('_', ' ')}"


def in_zone(words: str, time_zone: str | None) -> str:
    """Name the local time behind the words of an hour, where it is not that of Paris."""
    zone = zone_words(time_zone) if time_zone else ""
    return f"{words} ({zone})" if zone else words


def zone_of(instant: datetime) -> str | None:
    """Return the name of an instant's own time zone; None for a bare offset."""
    return instant.tzinfo.key if isinstance(instant.tzinfo, ZoneInfo) else None


def date_and_time(instant: datetime) -> str:
    """Format as `15/03/2027 18:05`."""
    return f"{instant:%d/%m/%Y %H:%M}"


def euros(amount: Decimal) -> str:
    """Format as `1 350,00 €`. Raises ValueError for fractions of a cent."""
    cents = amount.quantize(Decimal("0.01"))
    if cents != amount:
        raise ValueError(f"{amount} has parts of a cent")
    return f"{cents:,.2f}".replace(",", NBSP).replace(".", ",") + f"{NBSP}€"


def siret(number: str) -> str:
    """Format as `210 200 010 00010`."""
    return NBSP.join((number[:3], number[3:6], number[6:9], number[9:]))
