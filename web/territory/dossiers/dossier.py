"""One dossier with all that justifies it, and what may be decided on it. `/territoire/dossiers/ID`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.acts import ShownAct
from web.core.documents import document
from web.core.forms import Form
from web.core.problems import Problem
from web.territory.dossiers.acts import ACCEPT, ACTS, CERTIFY, REFUSE
from web.territory.dossiers.listing import STATES

_DOSSIER = document("territory/dossiers/dossier")
_PATH = "/territoire/dossiers/{id}"
_READERS = ("COORDONNATEUR", "NATIONAL", "AUDITOR")
Dossier = Mapping[str, Any]


class DossierPage(ActPage):
    """The page of one dossier, for whoever answers for its territory."""

    path, acts = _PATH, ACTS

    def fixed(self, request: Request) -> Mapping[str, Any]:
        return {"dossierId": request.path_params["id"]}

    async def page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _DOSSIER, {"id": request.path_params["id"]})
        dossier, viewer = answer["serviceDossier"], answer["viewer"]
        if dossier is None or viewer["role"] not in _READERS:
            raise Problem.missing()
        shown = self._acts.shown(request, dossier, posted)
        response = self._site.templates.page(
            request,
            "territory/dossiers/dossier",
            422 if posted else 200,
            dossier=dossier,
            state=STATES[dossier["status"]],
            today=self._site.today,
            signs=viewer["signs"],
            # As long as each amendment has buttons of its own, these are no acts of the dossier.
            acts=[_fitting(each, dossier) for each in shown if each.act not in (ACCEPT, REFUSE)],
            decisions=self._decisions(request, dossier, posted),
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)

    def _decisions(self, request: Request, dossier: Dossier, posted: Form | None) -> dict[int, list[ShownAct]]:
        """Return the acts on each amendment that waits for its decision, by number."""
        actions = {each["code"]: each for each in dossier["allowedActions"]}
        decisions: dict[int, list[ShownAct]] = {}
        for amendment in dossier["amendments"]:
            if amendment["status"] != "PENDING":
                continue
            number = str(amendment["number"])
            about = posted if posted is not None and posted.values.get("number") == number else None
            for act in (ACCEPT, REFUSE):
                if (action := actions.get(act.code)) is not None:
                    form = self._acts.form(request, act.name, about, number=number)
                    shown = ShownAct(act, form, None if action["allowed"] else action["reason"])
                    decisions.setdefault(amendment["number"], []).append(shown)
        for of_amendment, acts in decisions.items():
            for each in acts:
                each.form.prefix = f"{each.act.name}-{of_amendment}"
        return decisions


def _fitting(shown: ShownAct, dossier: Dossier) -> ShownAct:
    """Ask who certifies for the reasons that this dossier needs, and for no others."""
    if shown.act is CERTIFY:
        convention = dossier["convention"] or {}
        planned = convention.get("plannedAnimations")
        all_of_them = (convention.get("certifiedAnimations") or 0) + dossier["animationCount"]
        needed = {
            "missingReason": bool(dossier["missing"]),
            "warningsReason": bool(dossier["warnings"]),
            "overrunReason": planned is not None and all_of_them > planned,
        }
        form = shown.form
        form.fields = [each for each in shown.act.fields if needed[each.name] or each.name in form.errors]
    return shown
