"""People in office: appoint, bind, admit, end; and a person's data and keys. `/moderation/personnes`."""

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
from web.core.narrowing import not_among, not_named
from web.core.problems import Problem

_PEOPLE, _PATH = document("moderation/people"), "/moderation/personnes"
#: The choice of people who have only been offered a role.
_INVITED = "invites"
#: The roles that are listed, by their names in addresses.
_ROLES = {
    "coordonnateurs": ("COORDONNATEUR", "Coordonnateurs"),
    "controleurs": ("AUDITOR", "Contrôleurs"),
    "structures": ("STRUCTURE", "Personnes des structures"),
    _INVITED: ("STRUCTURE", "Personnes invitées, sans réponse pour le moment"),
    "mediateurs": ("MEDIATEUR", "Médiateurs"),
    "directions": ("DIRECTOR", "Directions d'école"),
    "inspections": ("INSPECTOR", "Inspections"),
    "chefs": ("HEAD", "Directions de collège ou lycée"),
    "enseignants": ("TEACHER", "Enseignants"),
}
#: The API names 500 people at most.
_MOST = 500
_SUBJECT = Field(
    "subject",
    "Identifiant de la personne",
    hint="Elle le lit sur sa page « Mon compte », une fois connectée.",
    required=True,
    needed=True,
)


def _from_midnight(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the instant at which the day begins."""
    day = values.get("until")
    return {**values, **({"until": f"{day}T00:00:00+01:00"} if day else {})}


def _without_key(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the key: to erase twice is safe."""
    return {name: value for name, value in values.items() if name not in ("idempotencyKey", "sure")}


_GIVING = (
    Act(
        "nommer",
        document("moderation/mutations/appoint"),
        "Nommer un coordonnateur",
        "Nommer",
        "Le coordonnateur est nommé.",
        (_SUBJECT, Field("territories", "Territoires", "choices", required=True)),
    ),
    Act(
        "lier",
        document("moderation/mutations/bind_staff"),
        "Lier une direction, une inspection ou un enseignant à ses établissements",
        "Lier à ces établissements",
        "La personne est liée à ces établissements.",
        (
            _SUBJECT,
            Field(
                "staffRole",
                "Fonction",
                "select",
                required=True,
                options=(
                    ("DIRECTOR", "Direction d'école"),
                    ("INSPECTOR", "Inspection"),
                    ("HEAD", "Direction de collège ou lycée"),
                    ("TEACHER", "Enseignant"),
                ),
            ),
            Field("territory", "Territoire", "select", required=True),
            Field("schools", "Codes UAI des établissements", "lines", "Un par ligne. Exemple : 0340005W", True),
        ),
    ),
    Act(
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
    ),
)
#: Where the national team reads the texts that may name somebody.
_READ_AT = {
    "PUBLICATION": "/moderation/publications/{}",
    "REQUEST": "/territoire/demandes/{}",
    "GROUP": "/territoire/groupes/{}",
    "STRATEGY": "/territoire/strategies/{}",
    "SCHOOL_PROJECT": "/territoire/projets",
}
_ERASE = "effacer"
_ENDING = (
    Act(
        "cles",
        document("moderation/mutations/withdraw_passkeys"),
        "Retirer les clés d'accès d'une personne",
        "Retirer ses clés",
        "Ses clés ne signent plus rien.",
        (
            _SUBJECT,
            Field(
                "reason",
                "Pourquoi",
                "select",
                required=True,
                options=(("LOST", "Appareil perdu"), ("STOLEN", "Appareil volé"), ("LEFT", "La personne est partie")),
            ),
        ),
        "Ce qu'elles ont signé reste signé.",
    ),
    Act(
        _ERASE,
        document("moderation/mutations/erase_person"),
        "Effacer les données d'une personne",
        "Effacer pour toujours",
        "Les données sont effacées.",
        (
            Field(
                "subject",
                "De qui",
                hint="Son adresse e-mail, son identifiant sur « Mon compte », ou le numéro d'une de ses candidatures.",
                required=True,
            ),
        ),
        "Personne ne pourra plus les lire, vous non plus. C'est définitif.",
        convert=_without_key,
    ),
)
_END = Act(
    "finir",
    document("moderation/mutations/end_mandate"),
    "Mettre fin à ce mandat",
    "Mettre fin",
    "Le mandat a pris fin.",
    (Field("accountId", "Compte", hidden=True, needed=True), Field("mandateId", "Mandat", hidden=True, needed=True)),
    "La personne n'a plus ce rôle dès maintenant.",
)


class PeopleInOffice(ActPage):
    """Mandates, for the national team: one role at a time."""

    path, acts = _PATH, (*_GIVING, *_ENDING, _END)
    versioned = False

    async def _act(self, request: Request) -> Response:
        outcome = await self._acts.attempt(request)
        if isinstance(outcome, Form):
            return await self.page(request, outcome)
        if isinstance(outcome, Response):
            return outcome
        act, payload = outcome
        # The texts left to read name somebody: they are shown on this very page, and stand in no address.
        return await self.page(request, None, payload) if act.name == _ERASE else self._acts.led(request, act, payload)

    async def page(self, request: Request, posted: Form | None, erasure: Mapping[str, Any] | None = None) -> Response:
        params = request.query_params
        chosen = params.get("role", "")
        chosen = chosen if chosen in _ROLES else next(iter(_ROLES))
        role, label = _ROLES[chosen]
        answer = await self._site.api.ask(request, _PEOPLE, {"role": role, "invited": chosen == _INVITED})
        if answer["viewer"]["role"] != "NATIONAL":
            raise Problem.missing()
        mandates, invitations = answer["mandates"] or (), answer["openInvitations"] or ()
        response = self._site.templates.page(
            request,
            "moderation/people",
            422 if posted else 200,
            giving=[self._shown(request, act, posted, answer["territories"]) for act in _GIVING],
            ending=[self._shown(request, act, posted, ()) for act in _ENDING],
            roles=[{"code": code, "label": name} for code, (_, name) in _ROLES.items()],
            chosen=chosen,
            unknown=[*not_among(params, {"role": ("Rôle", _ROLES)}), *not_named(request, "role")],
            label=label,
            mandates=[(each, self._ended(request, each)) for each in mandates],
            invitations=invitations,
            all_shown=max(len(mandates), len(invitations)) < _MOST,
            end=_END,
            posted=posted,
            done=self._acts[_ERASE].done if erasure else self._acts.done(request),
            erasure=_left(erasure) if erasure else None,
        )
        return self._site.guard.keep(request, response)

    def _shown(self, request: Request, act: Act, posted: Form | None, territories: Any) -> tuple[Act, Form]:
        form, options = (
            self._acts.form(request, act.name, posted),
            [(each["code"], each["name"]) for each in territories],
        )
        within = ("territory", "territories")
        form.fields = [replace(each, options=options) if each.name in within else each for each in form.fields]
        return act, form

    def _ended(self, request: Request, mandate: Mapping[str, str]) -> Form:
        return self._acts.form(request, _END.name, None, accountId=mandate["accountId"], mandateId=mandate["id"])


def _left(erasure: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an erasure leaves to read: texts with their addresses, and the rest in words."""
    mentions = erasure["mentions"]
    ids = [each["thingId"] for each in mentions or ()]
    return {
        "names_known": mentions is not None,
        "mentions": [dict(each) | {"path": _READ_AT[each["kind"]].format(each["thingId"])} for each in mentions or ()],
        "others": [each for each in erasure["unreached"] if not any(id in each for id in ids)],
    }
