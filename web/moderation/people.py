"""Who is in office: coordonnateurs and auditors, to appoint, admit and end. `/moderation/personnes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem

_PEOPLE, _PATH = document("moderation/people"), "/moderation/personnes"
_SUBJECT = Field(
    "subject", "Identifiant de la personne", hint="Celui de son compte, chez qui la connecte.", required=True
)


def _from_midnight(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the instant at which the day begins."""
    day = values.get("until")
    return {**values, **({"until": f"{day}T00:00:00+01:00"} if day else {})}


_APPOINT = Act(
    "nommer",
    document("moderation/mutations/appoint"),
    "Nommer un coordonnateur",
    "Nommer",
    "Le coordonnateur est nommé.",
    (_SUBJECT, Field("territories", "Territoires", "choices", required=True)),
)
_ADMIT = Act(
    "admettre",
    document("moderation/mutations/admit"),
    "Admettre un contrôleur",
    "Admettre",
    "Le contrôleur est admis.",
    (
        _SUBJECT,
        Field("until", "Premier jour où il ne lit plus", "date", required=True),
    ),
    "Il lit tout ce qui justifie un paiement, et ne change rien.",
    convert=_from_midnight,
)
_END = Act(
    "finir",
    document("moderation/mutations/end_mandate"),
    "Mettre fin à ce mandat",
    "Mettre fin",
    "Le mandat a pris fin.",
    (Field("accountId", "Compte", hidden=True), Field("mandateId", "Mandat", hidden=True)),
    "La personne n'a plus ce rôle dès maintenant.",
)


class PeopleInOffice(ActPage):
    """Mandates that the national team gives."""

    path, acts = _PATH, (_APPOINT, _ADMIT, _END)
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _PEOPLE, {})
        if answer["viewer"]["role"] != "NATIONAL":
            raise Problem.missing()
        options = tuple((each["code"], each["name"]) for each in answer["territories"])
        acts = []
        for act in (_APPOINT, _ADMIT):
            form = self._acts.form(request, act.name, posted)
            form.fields = [replace(each, options=options) if each.kind == "choices" else each for each in form.fields]
            acts.append((act, form))
        lists = (("Coordonnateurs", answer["coordonnateurs"] or ()), ("Contrôleurs", answer["auditors"] or ()))
        response = self._site.templates.page(
            request,
            "moderation/people",
            422 if posted else 200,
            acts=acts,
            lists=[(label, [(each, self._ending(request, each)) for each in mandates]) for label, mandates in lists],
            end=_END,
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)

    def _ending(self, request: Request, mandate: dict[str, str]) -> Form:
        return self._acts.form(request, _END.name, None, accountId=mandate["accountId"], mandateId=mandate["id"])
