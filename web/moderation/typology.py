"""The lists of choices: add, rename, merge, retire. `/moderation/typologie`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.acts import Act
from web.core.documents import Document, document
from web.core.forms import Field, Form
from web.core.problems import Problem

_TYPOLOGY, _PATH = document("moderation/typology"), "/moderation/typologie"
_KINDS = {
    "THEME": "Thèmes",
    "ANIMATION_TYPE": "Types d'animation",
    "VENUE_TYPE": "Types de lieu",
    "AUDIENCE": "Publics",
    "ACCESSIBILITY": "Accessibilité",
}


def _mutation(name: str) -> Document:
    return document(f"moderation/mutations/{name}")


def _of_term(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the list and the code of the term that was chosen: `THEME:temps-ecran`."""
    others = {name: value for name, value in values.items() if name != "term"}
    kind, _, code = (values.get("term") or "").partition(":")
    return others | ({"kind": kind, "code": code} if code else {})


def _merged(values: Mapping[str, Any]) -> dict[str, Any]:
    kind, _, gone = (values.get("term") or "").partition(":")
    _, _, into = (values.get("into") or "").partition(":")
    named = {"kind": kind, "from": gone, "into": into}
    others = {name: value for name, value in values.items() if name not in ("term", "into")}
    return others | {name: value for name, value in named.items() if value}


_TERM = Field("term", "Choix", "terms", required=True)
_SINCE = Field("since", "À partir de quel jour", "date", hint="Sans date, cela vaut aussi pour tout ce qui est passé.")
_PLACES = {"kind": "term", "code": "term", "from": "term"}
_ACTS = (
    Act(
        "ajouter",
        _mutation("add_term"),
        "Ajouter un choix",
        "Ajouter",
        "Le choix est ajouté.",
        (
            Field("kind", "Liste", "select", required=True, options=tuple(_KINDS.items())),
            Field("label", "Nom", hint="Ce que les personnes lisent.", required=True),
            Field("code", "Code", hint="Minuscules, chiffres et tirets. Il ne change plus jamais.", required=True),
            Field("description", "Ce que ce choix recouvre", "textarea"),
            Field(
                "family",
                "Famille, pour un thème",
                "select",
                options=(
                    ("SCHOOL_TOOLS", "Outils numériques de l'école"),
                    ("DIGITAL_PARENTING", "Parentalité numérique"),
                ),
            ),
            Field("admitsChildren", "Pour un type d'animation : les enfants y participent", "checkbox"),
        ),
    ),
    Act(
        "renommer",
        _mutation("rename_term"),
        "Renommer un choix",
        "Renommer",
        "Le choix est renommé.",
        (_TERM, Field("label", "Nouveau nom", required=True), _SINCE),
        convert=_of_term,
        places=_PLACES,
    ),
    Act(
        "fusionner",
        _mutation("merge_term"),
        "Fusionner un choix dans un autre",
        "Fusionner",
        "Les choix sont fusionnés. Les listes et les chiffres suivent quand ils ont été recalculés.",
        (_TERM, Field("into", "Choix qui prend sa place", "terms", required=True), _SINCE),
        "Les deux doivent être de la même liste. Ce qui a été déclaré compte avec l'autre.",
        convert=_merged,
        places=_PLACES,
    ),
    Act(
        "retirer",
        _mutation("retire_term"),
        "Ne plus proposer un choix",
        "Ne plus proposer",
        "Le choix n'est plus proposé.",
        (_TERM, _SINCE),
        "Ce qui a été déclaré garde ce choix.",
        convert=_of_term,
        places=_PLACES,
    ),
)


class TypologyPage(ActPage):
    """The typology, for the national team."""

    path, acts = _PATH, _ACTS
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _TYPOLOGY, {})
        if answer["viewer"]["role"] != "NATIONAL":
            raise Problem.missing()
        terms = answer["typology"]
        options = tuple(
            (f"{term['kind']}:{term['code']}", f"{_KINDS[term['kind']]} : {term['label']}")
            for term in sorted(terms, key=lambda term: list(_KINDS).index(term["kind"]))
            if not term["retired"]
        )
        acts = []
        for act in _ACTS:
            form = self._acts.form(request, act.name, posted)
            form.fields = [
                replace(each, kind="select", options=options) if each.kind == "terms" else each for each in form.fields
            ]
            acts.append((act, form))
        response = self._site.templates.page(
            request,
            "moderation/typology",
            422 if posted else 200,
            kinds=_KINDS,
            terms=terms,
            acts=acts,
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)
