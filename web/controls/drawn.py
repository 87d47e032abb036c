"""One dossier of a control: each piece beside its file, its finding, and the answer to it.

`/controle/ID/dossiers/ID`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.controls.acts import ANSWER, JUDGE
from web.controls.history import READERS as HISTORY_READERS
from web.core.act_page import ActPage
from web.core.acts import ShownAct
from web.core.asking import Answer
from web.core.documents import document
from web.core.forms import MOVED_ON, Form
from web.core.problems import Problem

_DRAWN = document("controls/drawn")
_PATH = "/controle/{id}/dossiers/{dossier}"


class DrawnDossier(ActPage):
    """The page of a dossier that a control drew."""

    path, acts = _PATH, (JUDGE, ANSWER)

    def fixed(self, request: Request) -> Mapping[str, Any]:
        return {"controlId": request.path_params["id"], "dossierId": request.path_params["dossier"]}

    async def _act(self, request: Request) -> Response:
        """Several pieces may be judged side by side: an act is refused where its own piece has changed."""
        outcome = await self._acts.attempt(request, versioned=True, **self.fixed(request))
        if isinstance(outcome, Form) and outcome.general == [MOVED_ON]:
            answer, pieces = await self._ask(request)
            piece = next((each for each in pieces if each["piece"] == outcome.values["piece"]), None)
            if piece is not None and outcome.values["seen"] == _state(piece):
                version = answer["control"]["version"]
                outcome = await self._acts.attempt_again(request, outcome, version, **self.fixed(request))
        if isinstance(outcome, Form):
            return await self.page(request, outcome)
        return outcome if isinstance(outcome, Response) else self.led(request, *outcome)

    async def _ask(self, request: Request) -> tuple[Answer, Sequence[Mapping[str, Any]]]:
        """Return what the page shows, and the pieces of the dossier."""
        params = request.path_params
        answer = await self._site.api.ask(request, _DRAWN, {"id": params["id"], "dossier": params["dossier"]})
        dossiers = (answer["control"] or {}).get("dossiers", ())
        drawn = next((each for each in dossiers if each["dossier"]["id"] == params["dossier"]), None)
        if answer["serviceDossier"] is None or drawn is None:
            raise Problem.missing()
        return answer, drawn["pieces"]

    async def page(self, request: Request, posted: Form | None) -> Response:
        answer, pieces = await self._ask(request)
        control, dossier = answer["control"], answer["serviceDossier"]
        shown = [(piece, self._open(request, control, piece, number, posted)) for number, piece in enumerate(pieces, 1)]
        if posted and not any(each.form is posted for _, acts in shown for each in acts):
            posted.close()
        response = self._site.templates.page(
            request,
            "controls/drawn",
            422 if posted else 200,
            control=control,
            dossier=dossier,
            reads_history=answer["viewer"]["role"] in HISTORY_READERS,
            pieces=shown,
            lines={line["animation"]["id"]: line for line in dossier["lines"]},
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)

    def _open(
        self, request: Request, control: Mapping[str, Any], piece: Mapping[str, Any], number: int, posted: Form | None
    ) -> list[ShownAct]:
        """Return what the reader may do about one piece: a structure answers to refusals alone."""
        about = posted if posted is not None and posted.values.get("piece") == piece["piece"] else None
        shown = []
        allowed = {each["code"] for each in control["allowedActions"] if each["allowed"]}
        for act in (JUDGE, ANSWER):
            if act.code in allowed and (act is JUDGE or piece["accepted"] is False):
                form = self._acts.form(request, act.name, about, piece=piece["piece"])
                form.prefix = f"{act.name}-{number}"
                form.values["seen"] = _state(piece)
                shown.append(ShownAct(act, form))
        return shown


def _state(piece: Mapping[str, Any]) -> str:
    """Return a digest of what is shown of a piece: its finding and its answer."""
    return sha256(json.dumps(piece, sort_keys=True).encode()).hexdigest()[:16]
