"""The acts of the national team on the lists of choices: add, rename, merge, split, retire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.core.acts import Act
from web.core.documents import Document, document
from web.core.forms import Field

KINDS = {
    "THEME": "Thèmes",
    "ANIMATION_TYPE": "Types d'animation",
    "VENUE_TYPE": "Types de lieu",
    "AUDIENCE": "Publics",
    "ACCESSIBILITY": "Accessibilité",
}
#: Conditions that a form of a split can hold, beside what takes the rest.
_PARTS = (1, 2)


def _mutation(name: str) -> Document:
    return document(f"moderation/typology/mutations/{name}")


def split_code(value: str | None) -> tuple[str, str]:
    """Return the list and the code of a choice: `THEME:temps-ecran`."""
    kind, _, code = (value or "").partition(":")
    return kind, code


def _without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _of_term(values: Mapping[str, Any]) -> dict[str, Any]:
    kind, code = split_code(values.get("term"))
    return _without(values, "term") | _filled({"kind": kind, "code": code})


def _merged(values: Mapping[str, Any]) -> dict[str, Any]:
    kind, gone = split_code(values.get("term"))
    named = {"kind": kind, "from": gone, "into": split_code(values.get("into"))[1]}
    return _without(values, "term", "into") | _filled(named)


def _split(values: Mapping[str, Any]) -> dict[str, Any]:
    kind, code = split_code(values.get("term"))
    parts = [
        _filled(
            {
                "into": split_code(values.get(f"into-{number}"))[1],
                "animationTypes": (values.get(f"animationTypes-{number}") or "").splitlines(),
                "startsFrom": values.get(f"startsFrom-{number}"),
                "startsBefore": values.get(f"startsBefore-{number}"),
            }
        )
        for number in _PARTS
    ]
    parts = [part for part in parts if part] + [_filled({"into": split_code(values.get("rest"))[1]})]
    named = {"kind": kind, "code": code, "since": values.get("since")}
    return {"idempotencyKey": values["idempotencyKey"], "parts": parts} | _filled(named)


_CODE = f"({'|'.join(KINDS)}):.+"
_TERM = Field("term", "Choix", "terms", required=True, pattern=_CODE)
_SINCE = Field("since", "À partir de quel jour", "date", hint="Sans date, cela vaut aussi pour tout ce qui est passé.")
_PLACES = {"kind": "term", "code": "term", "from": "term"}


def _part(number: int) -> tuple[Field, ...]:
    ordinal = ("premier", "deuxième")[number - 1]
    return (
        Field(f"into-{number}", f"Vers un {ordinal} choix", "terms", required=number == 1, pattern=_CODE),
        Field(
            f"animationTypes-{number}",
            f"Pour le {ordinal} choix : seulement ces types d'animation",
            "types",
            hint="Sans rien cocher : tous les types.",
        ),
        Field(f"startsFrom-{number}", f"Pour le {ordinal} choix : animations à partir du", "date"),
        Field(f"startsBefore-{number}", f"Pour le {ordinal} choix : animations avant le", "date"),
    )


ADD = Act(
    "ajouter",
    _mutation("add_term"),
    "Ajouter un choix",
    "Ajouter",
    "Le choix est ajouté.",
    (
        Field("kind", "Liste", "select", required=True, options=tuple(KINDS.items())),
        Field("label", "Nom", hint="Ce que les personnes lisent.", required=True),
        Field("code", "Code", hint="Minuscules, chiffres et tirets. Il ne change plus jamais.", required=True),
        Field("description", "Ce que ce choix recouvre", "textarea"),
        Field(
            "family",
            "Famille, pour un thème",
            "select",
            options=(("SCHOOL_TOOLS", "Outils numériques de l'école"), ("DIGITAL_PARENTING", "Parentalité numérique")),
        ),
        Field("admitsChildren", "Pour un type d'animation : les enfants y participent", "checkbox"),
    ),
    "Il est proposé dès maintenant dans le formulaire des structures. Rien de ce qui est déclaré ne change.",
)
#: Changes, with the name of each in the preview of the API.
CHANGES: Mapping[str, tuple[str, Act]] = {
    "renommer": (
        "termRename",
        Act(
            "renommer",
            _mutation("rename_term"),
            "Renommer un choix",
            "Renommer",
            "Le choix est renommé.",
            (_TERM, Field("label", "Nouveau nom", required=True), _SINCE),
            "Les animations d'avant le jour que vous dites gardent l'ancien nom.",
            convert=_of_term,
            places=_PLACES,
        ),
    ),
    "fusionner": (
        "termMerge",
        Act(
            "fusionner",
            _mutation("merge_term"),
            "Fusionner un choix dans un autre",
            "Fusionner",
            "Les choix sont fusionnés. Les listes et les chiffres suivent d'eux-mêmes.",
            (_TERM, Field("into", "Choix qui prend sa place", "terms", required=True, pattern=_CODE), _SINCE),
            "Les deux sont de la même liste. Ce qui a été déclaré compte avec l'autre.",
            convert=_merged,
            places=_PLACES,
        ),
    ),
    "scinder": (
        "termSplit",
        Act(
            "scinder",
            _mutation("split_term"),
            "Scinder un choix en plusieurs",
            "Scinder",
            "Le choix est scindé. Les listes et les chiffres suivent d'eux-mêmes.",
            (
                _TERM,
                *_part(1),
                *_part(2),
                Field("rest", "Vers quel choix va tout le reste", "terms", required=True, pattern=_CODE),
                _SINCE,
            ),
            "Une animation va au premier choix dont elle remplit les conditions ; le reste va au dernier. Le deuxième"
            " est facultatif.",
            convert=_split,
            places=_PLACES
            | {"parts": "rest", "parts.0.into": "into-1", "parts.1.into": "into-2", "parts.2.into": "rest"}
            | {
                f"parts.{number - 1}.{name}": f"{name}-{number}"
                for number in _PARTS
                for name in ("animationTypes", "startsFrom", "startsBefore")
            },
        ),
    ),
    "retirer": (
        "termRetire",
        Act(
            "retirer",
            _mutation("retire_term"),
            "Ne plus proposer un choix",
            "Ne plus proposer",
            "Le choix n'est plus proposé.",
            (_TERM, _SINCE),
            "Ce qui a été déclaré garde ce choix, mais plus personne ne le choisit : ni copie, ni série, ni nouvelle"
            " déclaration. Un choix retiré ne revient pas : pour le proposer de nouveau, ajoutez-en un sous un autre"
            " code.",
            convert=_of_term,
            places=_PLACES,
        ),
    ),
}
