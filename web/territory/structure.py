"""One structure of a territory: what it owes, its conventions, its timeline. `/territoire/structures/ID`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.pages import pages_around
from web.core.problems import Problem
from web.territory.conventions.rates import paid_on

_STRUCTURE = document("territory/structure")
_EVENTS = 20
_READERS = ("COORDONNATEUR", "NATIONAL", "AUDITOR")
_REASON = Field("reason", "Motif", "textarea", required=True)
_ACTS = (
    Act(
        "renommer",
        document("territory/mutations/rename_structure"),
        "Changer le nom de la structure",
        "Changer le nom",
        "La structure a son nouveau nom.",
        (Field("name", "Nouveau nom", required=True), _REASON),
        "Les papiers déjà faits gardent l'ancien nom.",
    ),
    Act(
        "demenager",
        document("territory/mutations/move_structure"),
        "La structure a un nouveau SIRET",
        "Enregistrer le nouveau SIRET",
        "Le nouveau SIRET est enregistré. Le compte, les personnes et l'historique suivent.",
        (
            Field("siret", "Nouveau SIRET", hint="14 chiffres", required=True),
            Field("on", "Depuis quel jour", "date", required=True),
            _REASON,
        ),
        "Après un déménagement ou un changement de statut. Les papiers d'avant gardent l'ancien SIRET.",
    ),
)


class StructurePage(ActPage):
    """The page of one structure, for whoever answers for its territory."""

    path, acts = "/territoire/structures/{id}", _ACTS
    versioned = False

    def fixed(self, request: Request) -> Mapping[str, Any]:
        return {"structureId": request.path_params["id"]}

    async def page(self, request: Request, posted: Form | None) -> Response:
        variables = {"id": request.path_params["id"]} | _latest_first(request)
        answer = await self._site.api.ask(request, _STRUCTURE, variables)
        structure, viewer = answer["structure"], answer["viewer"]
        if structure is None or viewer["role"] not in _READERS:
            raise Problem.missing()
        around = pages_around(request, structure["timeline"]["pageInfo"], "#fil")
        # The territory of its first convention answers for its name and people.
        home = structure["conventions"][0]["territory"] if structure["conventions"] else None
        answers_for = viewer["role"] == "NATIONAL" or home in viewer["territories"]
        values = {"renommer": {"name": structure["name"]}}
        # The log runs forwards, its readers backwards: what came before is on the next page.
        response = self._site.templates.page(
            request,
            "territory/structure",
            422 if posted else 200,
            structure=structure,
            today=self._site.today,
            paid_on=paid_on,
            entries=_grouped(structure["timeline"]["nodes"]),
            answers_for=answers_for,
            signs=viewer["role"] != "AUDITOR",
            acts=[
                (act, self._acts.form(request, act.name, posted, **values.get(act.name, {})))
                for act in (_ACTS if answers_for else ())
            ],
            earlier=around.previous,
            later=around.next,
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)


def _grouped(nodes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the entries, latest first; those that follow each other and read the same are one, with all positions."""
    entries: list[dict[str, Any]] = []
    for node in reversed(nodes):
        words = {name: node[name] for name in ("sentence", "subjectName", "details", "actorRole", "actorName")}
        minute = {"minute": node["recordedAt"][:16]}
        if entries and (words | minute).items() <= entries[-1].items():
            entries[-1]["positions"].append(node["position"])
        else:
            entries.append({**words, **minute, "recordedAt": node["recordedAt"], "positions": [node["position"]]})
    return entries


def _latest_first(request: Request) -> dict[str, Any]:
    """Return the page of the timeline, which ends with what happened last."""
    params = request.query_params
    if after := params.get("after"):
        return {"first": _EVENTS, "after": after}
    before = params.get("before")
    return {"last": _EVENTS} | ({"before": before} if before else {})
