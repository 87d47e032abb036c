"""A table of animations as people make it: the columns, and what each cell says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from application.animations.animation_row import AnimationRow
from application.animations.close_labels import closest_labels
from application.animations.times_of_row import read_times
from application.tables.named_places import candidates, communes_meant, communes_of_postal_code
from application.tables.reader import Columns, Row, plain, read_table
from domain.kernel.languages import language_names
from domain.kernel.places import places
from domain.typology.typology import TermKind, Typology

MOST_ROWS = 1_000
LARGEST_FILE = 5_000_000

#: The columns of the first line, in any order; the first spelling of each is the one that errors and the template show.
COLUMNS = Columns(
    {
        "title": ("titre", "intitulé", "nom de l'animation", "animation", "title"),
        "description": ("description", "descriptif", "présentation", "contenu", "résumé", "détail"),
        "date": ("date", "jour", "date de l'animation", "le"),
        "start": (
            *("début", "date et heure de début", "date de début", "heure de début", "heure", "date début"),
            *("heure début", "horaire de début", "startsAt", "start", "commence à", "de"),
        ),
        "end_date": ("date de fin", "date fin"),
        "end": (
            *("fin", "date et heure de fin", "heure de fin", "heure fin", "horaire de fin", "endsAt", "end"),
            *("finit à", "à", "jusqu'à"),
        ),
        "hours": ("horaires", "horaire", "heures"),
        "duration": ("durée",),
        "territory": ("territoire", "département", "territory"),
        "venue_type": ("type de lieu", "nature du lieu", "types de lieu", "venueType"),
        "venue_name": ("lieu", "nom du lieu", "salle", "venueName"),
        "address": ("adresse", "adresse postale", "adresse du lieu", "address"),
        "commune": ("commune", "ville", "nom de la commune"),
        "commune_code": (
            *("commune (INSEE)", "code INSEE", "code commune", "INSEE", "code INSEE de la commune"),
            "communeCode",
        ),
        "postal_code": ("code postal", "CP"),
        "audience": ("public", "public visé", "publics", "audience"),
        "type": ("type", "type d'animation", "format", "nature"),
        "themes": ("thèmes", "thème", "thème(s)", "thème principal", "thématiques", "thématique", "themes"),
        "second_theme": ("second thème", "thème secondaire", "deuxième thème", "thème 2"),
        "seats": ("places", "nombre de places", "jauge", "capacité", "seats"),
        "contact_phone": ("téléphone du contact", "téléphone", "tél", "tél.", "contact téléphone"),
        "contact_email": ("courriel du contact", "courriel", "e-mail", "mail", "contact courriel", "adresse e-mail"),
        "contact_hours": ("horaires du contact", "horaires d'appel"),
        "online_link": ("lien de connexion", "lien", "lien visio", "visioconférence", "onlineLink"),
        "accessibility": ("accessibilité", "accessibility"),
        "languages": ("langues", "langue", "languages"),
        "animation_id": ("identifiant", "identifiant de l'animation", "animationId"),
        "school": (
            *("établissement", "établissement scolaire", "école", "collège"),
            *("nom de l'établissement", "nom de l'école"),
            *("établissement (UAI)", "UAI", "code UAI", "school"),
        ),
    },
    sources={
        "starts_at": ("start", "date", "hours"),
        "ends_at": ("end", "end_date", "hours", "duration"),
        "themes": ("themes", "second_theme"),
        "commune_code": ("commune", "commune_code", "postal_code"),
    },
    mandatory=("title", "description", "venue_type", "venue_name", "audience", "type", "themes", "seats"),
    expected=(
        "première ligne attendue : titre;description;début;fin;type de lieu;lieu;public;type;thèmes;places. Le modèle à"
        " télécharger la montre."
    ),
)
_SAME = (
    "title",
    "description",
    "venue_name",
    "address",
    "contact_phone",
    "contact_email",
    "contact_hours",
    "online_link",
)
_TERMS = {
    "venue_type": (TermKind.VENUE_TYPE, "un type de lieu"),
    "audience": (TermKind.AUDIENCE, "un public"),
    "type": (TermKind.ANIMATION_TYPE, "un type d'animation"),
}
_LANGUAGES = "valeurs acceptées : noms de langues, par exemple arabe"
#: Separators between the values of a cell; a comma may also stand within a label.
_BETWEEN = re.compile(r"[;|/\n+&]")
_COUNT = re.compile(
    r"(?:max(?:i|imum)?\.?\s*)?(\d[\d\u00a0\u202f ]*)(?:[.,]0+)?\s*(?:places?|personnes?|pers\.?|parents?)?"
    r"\s*(?:max(?:i|imum)?\.?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AnimationTable:
    rows: Sequence[AnimationRow]
    #: The headers that name no column.
    ignored: Sequence[str]
    warnings: Sequence[str] = ()


class Words:
    """The meanings of a table's words: terms by label or code, those in use before those that were retired."""

    def __init__(self, typology: Typology) -> None:
        self._codes: dict[tuple[TermKind, str], str] = {}
        self._labels: dict[TermKind, list[str]] = {}
        for term in sorted(typology.terms.values(), key=lambda term: term.retired):
            for spelling in (term.label, term.code):
                self._codes.setdefault((term.kind, plain(spelling)), term.code)
            if not term.retired:
                self._labels.setdefault(term.kind, []).append(f"« {term.label} »")

    def code(self, kind: TermKind, text: str) -> str | None:
        return self._codes.get((kind, plain(text)))

    def labels(self, kind: TermKind) -> str:
        return ", ".join(self._labels.get(kind, ()))

    def instead(self, kind: TermKind, text: str) -> str:
        """Return which labels are meant perhaps, or else all that are accepted."""
        closest = closest_labels(text, self._labels.get(kind, ()))
        if not closest:
            return f"valeurs acceptées : {self.labels(kind)}"
        return f"{'le plus proche' if len(closest) == 1 else 'les plus proches'} : {', '.join(closest)}"


@cache
def _languages_by_name() -> Mapping[str, str]:
    return {spelling: code for code, name in language_names().items() for spelling in (plain(name), code)}


def read_animations(text: str, words: Words) -> AnimationTable:
    """Return what the rows of a table say. Raise DomainError (INVALID on `csv`) for what is no such table."""
    table = read_table(text, COLUMNS, MOST_ROWS)
    return AnimationTable([_row(row, words) for row in table.rows], table.ignored, table.warnings)


def _row(row: Row, words: Words) -> AnimationRow:
    cells = row.seen
    read = AnimationRow(row.number, row.headings, frozenset(cells), territory=cells.get("territory"))
    read.animation_id, read.school = cells.get("animation_id"), cells.get("school")
    read.values |= {name: cells[name] for name in _SAME if name in cells}
    if "contact_phone" in cells:
        read.values["contact_phone"] = _whole(cells["contact_phone"], 10)
    read_times(read, cells)
    for name, (kind, called) in _TERMS.items():
        if name in cells:
            code = words.code(kind, cells[name])
            if code is None:
                read.refuse(name, f"« {cells[name]} » n'est pas {called} ; {words.instead(kind, cells[name])}")
            read.values[name] = code
    themes = "\n".join(cells[name] for name in ("themes", "second_theme") if name in cells)
    for name, kind, text in (
        ("themes", TermKind.THEME, themes),
        ("accessibility", TermKind.ACCESSIBILITY, cells.get("accessibility", "")),
    ):
        _several(read, name, text, partial(words.code, kind), partial(words.instead, kind))
    _several(read, "languages", cells.get("languages", ""), _language, lambda _name: _LANGUAGES)
    if "seats" in cells:
        if (count := _COUNT.fullmatch(cells["seats"])) is None:
            read.refuse("seats", f"« {cells['seats']} » : un nombre est attendu, par exemple 12")
        else:
            read.values["seats"] = re.sub(r"\D", "", count[1])
    _commune(read, cells)
    return read


def _several(
    read: AnimationRow,
    name: str,
    text: str,
    code_of: Callable[[str], str | None],
    instead: Callable[[str], str],
) -> None:
    """Read a cell of several values, each by its name or code. `instead`: what to say in the place of another word."""
    codes, unknown = list[str](), dict[str, list[str]]()
    for part in filter(None, (part.strip() for part in _BETWEEN.split(text))):
        for code, words in _longest_names(part, code_of):
            if code is None:
                unknown.setdefault(instead(words), []).append(f"« {words} »")
            else:
                codes.append(code)
    for advice, words_of_cell in unknown.items():
        verb = "n'est pas reconnu" if len(words_of_cell) == 1 else "ne sont pas reconnus"
        read.refuse(name, f"{' et '.join(words_of_cell)} {verb} ; {advice}")
    if text.strip():
        read.values[name] = tuple(dict.fromkeys(codes))


def _longest_names(part: str, code_of: Callable[[str], str | None]) -> Iterator[tuple[str | None, str]]:
    """Yield the code of each name, the longest first: a comma stands between names, or within one."""
    pieces = [piece.strip() for piece in part.split(",")]
    while pieces:
        for many in range(len(pieces), 0, -1):
            words = ", ".join(pieces[:many])
            code = code_of(words)
            if code is not None or many == 1:
                if words:
                    yield code, words
                del pieces[:many]
                break


def _language(name: str) -> str | None:
    return _languages_by_name().get(plain(name))


def _commune(read: AnimationRow, cells: Mapping[str, str]) -> None:
    """Take the INSEE code, or the words that a commune is to be found for."""
    code = _whole(cells.get("commune_code", ""), 5)
    if places().find(code.upper()):
        read.values["commune_code"] = code
        return
    named, postal = code or cells.get("commune", ""), _whole(cells.get("postal_code", ""), 5)
    if named:
        read.commune = named if named[:1].isdigit() else f"{named} {postal}".strip()
    elif len(posted := communes_of_postal_code(postal)) == 1:
        read.values["commune_code"] = posted[0].code


def _whole(digits: str, length: int) -> str:
    """Return a number of so many digits with its first zero, which spreadsheets take off."""
    return f"0{digits}" if re.fullmatch(f"[1-9][0-9]{{{length - 2}}}", digits) else digits


def departments_of(read: AnimationRow) -> set[str]:
    """Return the departments of the communes that a row may mean."""
    if (code := read.values.get("commune_code")) is not None:
        commune = places().find(str(code))
        return {commune.department} if commune else set()
    return {commune.department for commune in communes_meant(read.commune or "")}


def find_commune(read: AnimationRow, department: str) -> None:
    """Find the commune that a row names, in the department first. Refuse none or several, naming the candidates."""
    if read.commune is None:
        return
    communes = communes_meant(read.commune, department)
    if len(communes) == 1:
        read.values["commune_code"] = communes[0].code
        return
    why = "plusieurs communes répondent à cela" if communes else "aucune commune ne s'appelle ainsi"
    among = candidates(read.commune, department)
    advice = f" : {among}. Indiquez son code INSEE" if among else " ; indiquez son code INSEE"
    read.refuse("commune_code", f"« {read.commune} » : {why}{advice}, ou son code postal à côté de son nom")
