"""The form in which an animation is declared and modified, and the API's input that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date as Day
from datetime import datetime
from typing import Any

from web.core.forms import Field, Form
from web.structure.animations import clock_change

TITLES = {
    "title": "Ce que vous proposez",
    "date": "Quand",
    "venueType": "Où",
    "accessibility": "Accueil et contact",
}
_LANGUAGES = {
    "en": "Anglais",
    "ar": "Arabe",
    "es": "Espagnol",
    "fsl": "Langue des signes française",
    "pt": "Portugais",
    "ro": "Roumain",
    "ru": "Russe",
    "ta": "Tamoul",
    "tr": "Turc",
    "uk": "Ukrainien",
}
FIELDS = (
    Field(
        "title", "Titre", required=True, hint="Court et concret. Exemple : Café des parents : lire le carnet en ligne"
    ),
    Field("description", "Description", "textarea", "Ce que les parents y feront.", True),
    Field("type", "Type d'animation", "select", required=True),
    Field("audience", "Public", "select", required=True),
    Field("theme", "Thème principal", "select", required=True),
    Field("secondTheme", "Second thème", "select"),
    Field("date", "Date", "date", "Exemple : 15/01/2027", True),
    Field("starts", "Heure de début", "time", "Heure du lieu, par exemple 18:00", True),
    Field("ends", "Heure de fin", "time", "Par exemple 20:00", True),
    clock_change.START,
    clock_change.END,
    Field("lastDay", "Dernier jour", "date", "Seulement si l'animation finit un autre jour, ou après minuit."),
    Field("seats", "Nombre de places", "number", required=True),
    Field("territory", "Territoire", "select", required=True),
    Field("venueType", "Type de lieu", "select", required=True),
    Field("venueName", "Nom du lieu", required=True),
    Field(
        "school",
        "École, collège ou lycée",
        hint="Si l'animation s'y tient, ou si elle est pour ses parents. Son nom et sa commune, ou son code UAI.",
    ),
    Field("address", "Adresse", hint="Numéro, rue, commune."),
    Field("commune", "Commune ou code postal", hint="Pour que les parents la trouvent près de chez eux."),
    Field("communeCode", "Laquelle de ces communes ?", "select"),
    Field(
        "onlineLink",
        "Lien de connexion",
        "url",
        "Pour une animation en ligne. Seules les personnes inscrites le voient.",
    ),
    Field("accessibility", "Accessibilité", "choices"),
    Field("languages", "Langues parlées, en plus du français", "choices", options=tuple(_LANGUAGES.items())),
    Field("phone", "Téléphone pour cette animation", "tel", "Sans lui, celui de votre structure est affiché."),
    Field("email", "E-mail pour cette animation", "email"),
    Field("hours", "Quand peut-on appeler ?", hint="Exemple : du lundi au vendredi, de 9 h à 17 h"),
)
_KINDS = {
    "type": "ANIMATION_TYPE",
    "audience": "AUDIENCE",
    "theme": "THEME",
    "secondTheme": "THEME",
    "venueType": "VENUE_TYPE",
    "accessibility": "ACCESSIBILITY",
}
#: Where errors of the API stand whose field has another name there.
PLACES = {"startsAt": "starts", "endsAt": "ends", "communeCode": "commune"}
_OPTIONAL = ("address", "onlineLink")


def fields(choices: Mapping[str, Any], form: Form, communes: Sequence[Mapping[str, Any]] = ()) -> list[Field]:
    """Return the fields with what there is to choose; retired terms only where they are chosen already."""
    shown = []
    for each in FIELDS:
        if each.name in _KINDS:
            chosen = form.values.get(each.name, "").split("\n")
            terms = [term for term in choices["typology"] if term["kind"] == _KINDS[each.name]]
            terms = [term for term in terms if not term["retired"] or term["code"] in chosen]
            each = replace(each, options=[(term["code"], term["label"]) for term in terms])
        elif each.name == "territory":
            covered = {each["inTerritory"]["code"]: each["inTerritory"]["name"] for each in _conventions(choices)}
            each = replace(each, options=list(covered.items()), hidden=len(covered) == 1)
        elif each.name == "communeCode":
            options = [(commune["code"], _named(commune)) for commune in communes]
            # Unseen: the commune that is recorded, whose name stands in the form.
            each = replace(each, options=options, hidden=not communes)
        shown.append(each)
    return clock_change.shown(shown, form)


def only_territory(choices: Mapping[str, Any]) -> str:
    """Return the territory of a structure that has conventions in one alone."""
    codes = {each["territory"] for each in _conventions(choices)}
    return codes.pop() if len(codes) == 1 else ""


def time_zone(choices: Mapping[str, Any], territory: str) -> str | None:
    """Return the time zone of a territory of the structure's conventions."""
    zones = {each["inTerritory"]["code"]: each["inTerritory"]["timeZone"] for each in _conventions(choices)}
    return zones.get(territory)


def mutation_input(form: Form, zone: str | None) -> dict[str, Any]:
    """Return the animation as the API takes it, its times on clocks of `zone`; what was left empty is none."""
    typed = form.input()
    values: dict[str, Any] = {name: typed.get(name) for name in ("title", "description", "type", "audience", "seats")}
    values |= {name: typed.get(name) for name in ("territory", "venueType", "venueName", *_OPTIONAL)}
    date, last = typed.get("date"), typed.get("lastDay") or typed.get("date")
    values["startsAt"] = clock_change.moment(typed, "starts", date, zone)
    values["endsAt"] = clock_change.moment(typed, "ends", last, zone)
    clock_change.ask(form, typed, {"starts": date, "ends": last}, zone)
    values["themes"] = [theme for name in ("theme", "secondTheme") if (theme := typed.get(name))] or None
    values["accessibility"], values["languages"] = typed["accessibility"], typed["languages"]
    contact = {name: typed.get(name) for name in ("phone", "email", "hours")}
    values["contact"] = contact if any(contact.values()) else None
    return values | {"idempotencyKey": form.key}


def refuse(form: Form, errors: Iterable[Mapping[str, Any]]) -> None:
    """Put the API's errors beside the fields of this form."""
    errors = map(of_day, errors)
    form.refuse([dict(error) | {"field": [_place(list(error.get("field") or []))]} for error in errors])


def of_day(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an error about the start with the path of the day, where a rule stands against that.

    What no clock shows, and what is declared at that hour already, is of the hour.
    """
    is_of_day = list(error.get("field") or ()) == ["startsAt"] and error.get("code") == "RULE_BROKEN"
    return {**error, "field": ["date"]} if is_of_day else error


def values_of(animation: Mapping[str, Any]) -> dict[str, str]:
    """Return what the form of an animation holds."""
    starts, ends = (datetime.fromisoformat(animation[name]) for name in ("startsAt", "endsAt"))
    themes = [theme["code"] for theme in animation["themes"]]
    own, zone = animation["contact"] or {}, animation["territory"]["timeZone"]
    return {
        **{name: animation[name] or "" for name in ("title", "description", "venueName", "address", "onlineLink")},
        **{name: animation[name]["code"] for name in ("type", "audience", "venueType", "territory")},
        **{name: own.get(name) or "" for name in ("phone", "email", "hours")},
        "theme": themes[0],
        "secondTheme": themes[1] if len(themes) > 1 else "",
        "date": starts.date().isoformat(),
        "lastDay": ends.date().isoformat() if ends.date() != starts.date() else "",
        "starts": starts.strftime("%H:%M"),
        "ends": ends.strftime("%H:%M"),
        **{f"{name}Pass": clock_change.chosen(animation[f"{name}At"], zone) for name in ("starts", "ends")},
        "seats": str(animation["seats"]),
        "communeCode": animation["communeCode"] or "",
        "school": (animation["school"] or {}).get("uai", ""),
        "accessibility": "\n".join(term["code"] for term in animation["accessibility"]),
        "languages": "\n".join(animation["languages"]),
    }


def shown(field: Field, value: str) -> str:
    """Return a value of the form in the words of its page."""
    labels = dict(field.options)
    lines = [labels.get(line, line) for line in value.split("\n")]
    text = (", " if field.kind == "choices" else "\n").join(lines)
    if field.kind == "date" and text:
        text = f"{Day.fromisoformat(text):%d/%m/%Y}"
    return f"« {text} »" if text else "rien"


def _place(field: list[str]) -> str:
    match field:
        case ["contact", name, *_]:
            return name
        case ["themes", *rest]:
            return "secondTheme" if rest and str(rest[0]) == "1" else "theme"
        case [name, *_]:
            return PLACES.get(name, name)
    return ""


def _conventions(choices: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    structure = choices["structure"] or {}
    return structure.get("conventions") or ()


def _named(commune: Mapping[str, Any]) -> str:
    codes = ", ".join(commune["postalCodes"][:3])
    return f"{commune['name']} ({codes}, {commune['departmentName']})"
