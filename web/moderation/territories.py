"""The departments that take part, and who coordinates them. `/moderation/territoires`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.french import LOCAL_TIMES
from web.core.problems import Problem

_TERRITORIES = document("moderation/territories")
_ZONES = (
    ("Europe/Paris", "Heure de Paris"),
    *((zone, words[0].upper() + words[1:]) for zone, words in LOCAL_TIMES.items()),
)
_JOIN = Act(
    "rejoindre",
    document("moderation/mutations/join_territory"),
    "Faire entrer un département dans le programme",
    "Faire entrer le département",
    "Le département fait partie du programme. Nommez son coordonnateur.",
    (
        Field("code", "Numéro du département", hint="Exemple : 34, 2A, 971 ou 988", required=True),
        Field("name", "Nom du département", required=True),
        Field("timeZone", "Heure locale", "select", required=True, options=_ZONES),
        Field("runsCandidatures", "Les parents peuvent y devenir Parent Ressource dès maintenant", "checkbox"),
    ),
)
_OPEN = Act(
    "ouvrir",
    document("moderation/mutations/open_candidatures"),
    "Ouvrir les candidatures Parent Ressource",
    "Ouvrir les candidatures",
    "Les parents peuvent maintenant se porter candidats.",
    (Field("code", "Département", hidden=True),),
    "On ne peut pas les refermer ensuite.",
)


class TerritoriesPage(ActPage):
    """The territories, for the national team."""

    path, acts = "/moderation/territoires", (_JOIN, _OPEN)
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _TERRITORIES, {})
        if answer["viewer"]["role"] != "NATIONAL":
            raise Problem.missing()
        mandates = answer["mandates"] or ()
        territories = [
            {
                **territory,
                "coordonnateurs": [
                    each["subject"] or "Personne effacée"
                    for each in mandates
                    if territory["code"] in [within["code"] for within in each["inTerritories"]]
                ],
                "opening": self._acts.form(request, _OPEN.name, None, code=territory["code"]),
            }
            for territory in answer["territories"]
        ]
        for territory in territories:
            territory["opening"].prefix = f"ouvrir-{territory['code']}"
        response = self._site.templates.page(
            request,
            "moderation/territories",
            422 if posted else 200,
            territories=territories,
            join=_JOIN,
            opens=_OPEN,
            joining=self._acts.form(request, _JOIN.name, posted),
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)
