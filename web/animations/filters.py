"""Read the filters of the public listing, as the form and the addresses of feeds name them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from web.core.narrowing import Search
from web.core.typed import iso_day

#: Filters under the names of the API, as in the addresses of feeds and exports.
_LISTS = ("territory", "theme", "type", "audience", "venueType", "commune", "accessibility", "language")
_LONGEST = 100
_COMMUNE_CODE = re.compile(r"\d[\dAB]\d{3}", re.ASCII)
#: A little before the first animation there can be, and after the last.
_YEARS = range(1900, 2200)
#: As browsers write a month, and as people do where the browser has no field for it.
_MONTHS = (
    re.compile(r"(?P<year>(?:19|20|21)\d\d)-(?P<month>\d\d?)", re.ASCII),
    re.compile(r"(?P<month>\d\d?)/(?P<year>(?:19|20|21)\d\d)", re.ASCII),
)
#: Filters that the API may refuse: the name that readers see, and where in the page it is mended.
NAMES = {
    "territory": ("Département", "territory"),
    "theme": ("Thème", "theme"),
    "type": ("Type d'animation", "type"),
    "audience": ("Public", "audience"),
    "venueType": ("Type de lieu", "resultats"),
    "commune": ("Commune ou code postal", "lieu"),
    "around": ("Commune ou code postal", "lieu"),
    "accessibility": ("Accessibilité", "resultats"),
    "language": ("Langue", "resultats"),
    "text": ("Mots du titre ou du texte", "text"),
    "structureId": ("Structure", "resultats"),
    "startsFrom": ("À partir du", "startsFrom"),
    "startsBefore": ("Jusqu'au", "au"),
}
#: Languages to choose among, by ISO 639 code; an address may name any other.
LANGUAGES = {
    "en": "anglais",
    "ar": "arabe",
    "es": "espagnol",
    "fsl": "langue des signes française",
    "pt": "portugais",
    "ro": "roumain",
    "ru": "russe",
    "ta": "tamoul",
    "tr": "turc",
    "uk": "ukrainien",
}


@dataclass(slots=True)
class Filters:
    """The reader's filters. `place` is as it was typed, `until` the last day."""

    lists: dict[str, list[str]] = field(default_factory=dict)
    words: Search = field(default_factory=lambda: Search("", ""))
    place: str = ""
    #: Whether also in the communes around it; `around` is its code, once it is known.
    nearby: bool = False
    around: str = ""
    since: date | None = None
    until: date | None = None
    structure: str = ""
    with_seats: bool = False
    #: The first day of the month that is shown as a calendar, in place of a list.
    month: date | None = None
    errors: dict[str, str] = field(default_factory=dict)
    #: Values of lists that nobody knows, by the name of the list: they are looked for no more.
    unknown: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, params: QueryParams, today: date) -> Filters:
        """Read what the form and the addresses of feeds name; anything else is passed over."""
        # Most addresses name little, and a plain dict is quick to say so.
        last = dict(params)
        lists = {name: [value for value in params.getlist(name) if value][:20] for name in _LISTS if name in last}
        filters = cls({name: values for name, values in lists.items() if values})
        filters.words = Search.read(last, "text", NAMES["text"][0])
        place = Search.read(last, "lieu", NAMES["commune"][0])
        filters.place = place.text
        filters.errors |= {name: each.error for name, each in (("text", filters.words), ("lieu", place)) if each.error}
        # A commune by its name, as people write it into an address.
        if not all(map(_COMMUNE_CODE.fullmatch, filters.lists.get("commune", ()))):
            filters.place = filters.place or filters.lists["commune"][0][:_LONGEST].strip()
            del filters.lists["commune"]
        filters.structure = last.get("structureId", "")
        filters.around = last.get("around", "")[:_LONGEST].strip()
        filters.nearby = last.get("voisines") == "true" or bool(filters.around)
        filters.with_seats = last.get("seatsLeft") == "true"
        filters.since = filters._day(last, "startsFrom", "À partir du")
        filters.until = filters._day(last, "au", "Jusqu'au")
        if (before := filters._day(last, "startsBefore", "Jusqu'au")) is not None:
            filters.until = before - timedelta(days=1)
        if last.get("vue") == "mois":
            filters._show_month(last.get("mois", ""), today)
        return filters

    def _show_month(self, text: str, today: date) -> None:
        """Take the month for the period, whatever other days were chosen."""
        month = today.replace(day=1)
        parts = next(filter(None, (form.fullmatch(text.strip()) for form in _MONTHS)), None)
        if parts is not None and int(parts["month"]) in range(1, 13):
            month = date(int(parts["year"]), int(parts["month"]), 1)
        elif text:
            self.errors["mois"] = f"Mois : un mois est attendu, par exemple {month:%m/%Y}."
        self.month = self.since = month
        self.until = month.replace(day=monthrange(month.year, month.month)[1])

    def _day(self, params: Mapping[str, str], name: str, label: str) -> date | None:
        text = iso_day(params.get(name, "").strip())
        try:
            day = date.fromisoformat(text[:10]) if text else None
        except ValueError:
            day = date.max
        if day is not None and day.year not in _YEARS:
            self.errors["au" if name == "startsBefore" else name] = (
                f"{label} : une date est attendue, par exemple 15/01/2027."
            )
            return None
        return day

    def without(self, name: str, unknown: Sequence[str] = ()) -> None:
        """Look for the rest, and say what is not looked for: `unknown` of a list, or else all of it."""
        label, anchor = NAMES[name]
        if name in self.lists:
            self._without_values(name, unknown or self.lists[name])
            return
        value = self.structure if name == "structureId" else ""
        problem = ""
        match name:
            case "text":
                value, self.words = self.text, Search("", "")
            case "structureId":
                self.structure = ""
            case "around":
                value, self.around = self.around, ""
            case "startsFrom":
                value, self.since = f"{self.since:%d/%m/%Y}", None
            case "startsBefore":
                problem, self.until = f"le {self.until:%d/%m/%Y} vient avant le début cherché", None
        problem = problem or f"nous ne connaissons pas « {value[:_LONGEST]} »"
        self.errors[anchor] = f"{label} : {problem}. Voici la liste sans ce critère."

    def _without_values(self, name: str, unknown: Sequence[str]) -> None:
        label, anchor = NAMES[name]
        left = [value for value in self.lists.pop(name) if value not in unknown]
        self.lists |= {name: left} if left else {}
        # The API refuses several one by one.
        named = self.unknown.setdefault(name, [])
        named += unknown
        quoted = ", ".join(f"« {value[:_LONGEST]} »" for value in dict.fromkeys(named))
        rest = "Voici la liste avec le reste de ce critère" if left else "Voici la liste sans ce critère"
        self.errors[anchor] = f"{label} : nous ne connaissons pas {quoted}. {rest}."

    @property
    def text(self) -> str:
        return self.words.text

    @property
    def chosen(self) -> Mapping[str, Sequence[str]]:
        """Return the values of every list; of one that nothing is chosen of, none."""
        return {name: self.lists.get(name, ()) for name in _LISTS}

    @property
    def active(self) -> bool:
        period = self.month is None and (self.since or self.until)
        return bool(self.lists or self.text or period or self.structure or self.around or self.with_seats)

    @property
    def where(self) -> dict[str, Any]:
        """Return the filter of the API. Without a first day: what is to come."""
        where: dict[str, Any] = {name: value for name, value in self._plain if value}
        if self.since is None:
            where["upcoming"] = True
        return where

    @property
    def query(self) -> str:
        """Return the filter as parameters of the feeds, which tell of what is to come by themselves."""
        return self._parameters(self._plain)

    @property
    def table_query(self) -> str:
        """Return the filter as parameters of the table, which holds the past unless it is told otherwise."""
        return self._parameters([*self._plain, ("upcoming", self.since is None)])

    @staticmethod
    def _parameters(plain: Iterable[tuple[str, Any]]) -> str:
        pairs = [
            (name, value)
            for name, values in plain
            for value in (values if isinstance(values, list) else [values] if values else [])
        ]
        return urlencode([(name, "true" if value is True else value) for name, value in pairs])

    @property
    def _plain(self) -> Sequence[tuple[str, Any]]:
        until = self.until and self.until + timedelta(days=1)
        return (
            *self.lists.items(),
            ("text", self.text),
            ("structureId", self.structure),
            ("around", self.around),
            ("seatsLeft", self.with_seats),
            ("startsFrom", self.since and self.since.isoformat()),
            ("startsBefore", until and until.isoformat()),
        )
