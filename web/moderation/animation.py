"""One animation as its structure declared it, to publish or refuse. `/moderation/animations/ID`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from textwrap import shorten
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.acts import Act, reason_fields, some_reason, with_usual_reason
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.french import moment
from web.core.problems import Problem

_ANIMATION = document("moderation/animation")
_PATH = "/moderation/animations/{id}"
#: Why animations are usually refused, in the words that their structure reads.
_USUAL = (
    "Le titre ne dit pas de quoi il s'agit.",
    "Le texte ne dit pas ce que les parents y feront.",
    "La date, l'heure ou le lieu est à vérifier.",
    "Cette animation est déjà déclarée.",
    "Le thème ou le type choisi ne correspond pas au texte.",
    "Cette animation n'entre pas dans le programme.",
    "Le texte nomme des personnes : retirez leurs noms.",
)
#: How much of a former text tells it from the others.
_SHOWN_LETTERS = 80
_STATES = {
    "SUBMITTED": ("À publier", "warning"),
    "PUBLISHED": ("Publiée", "success"),
    "REFUSED": ("Refusée", "error"),
    "CANCELLED": ("Annulée", "error"),
}


_ACTS = (
    Act(
        "publier",
        document("moderation/mutations/publish"),
        "Publier cette animation",
        "Publier",
        "L'animation est publiée. La structure est prévenue.",
        code="ANIMATION_PUBLISH",
    ),
    Act(
        "refuser",
        document("moderation/mutations/refuse"),
        "Refuser cette animation",
        "Refuser",
        "L'animation est refusée. La structure peut la corriger.",
        reason_fields(_USUAL),
        "Choisissez un motif courant, ou écrivez le vôtre. La structure corrige, puis soumet de nouveau.",
        "ANIMATION_REFUSE",
        with_usual_reason,
        check=some_reason,
    ),
    Act(
        "annuler",
        document("moderation/mutations/cancel"),
        "Annuler cette animation",
        "Annuler l'animation",
        "L'animation est annulée. Les personnes inscrites sont prévenues.",
        (Field("reason", "Motif", "textarea", hint="Il est public.", required=True),),
        code="ANIMATION_CANCEL",
    ),
    Act(
        "masquer",
        document("moderation/mutations/blank_text"),
        "Masquer un ancien texte",
        "Masquer ce texte",
        "L'ancien texte n'est plus montré qu'à vous et aux auditeurs.",
        (
            Field("blanked", "Texte à masquer", "number", "Un texte d'avant la correction.", True),
            Field("reason", "Motif", "textarea", "Sans reprendre les mots que vous masquez.", True),
        ),
        "Un texte qui nommait quelqu'un, et qui a été corrigé, se lit encore dans l'historique. Ici, vous le masquez.",
        "ANIMATION_TEXT_BLANK",
        lambda values: {"version" if name == "blanked" else name: value for name, value in values.items()},
        {"version": "blanked"},
    ),
)


class AnimationToPublish(ActPage):
    """The page of an animation for the national team."""

    path, acts = _PATH, _ACTS

    def fixed(self, request: Request) -> Mapping[str, Any]:
        return {"animationId": request.path_params["id"]}

    async def page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _ANIMATION, {"id": request.path_params["id"]})
        animation: Mapping[str, Any] | None = answer["animation"]
        if animation is None or answer["viewer"]["role"] != "NATIONAL":
            raise Problem.missing()
        acts = self._acts.shown(request, animation, posted)
        texts = _former_texts(animation, answer["auditTrail"]["nodes"])
        for shown in acts:
            shown.form.offer("blanked", texts)
        response = self._site.templates.page(
            request,
            "moderation/animation",
            422 if posted else 200,
            animation=animation,
            state=_STATES[animation["status"]],
            begun=datetime.fromisoformat(animation["startsAt"]) <= self._site.clock(),
            acts=acts,
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)


def _former_texts(animation: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the versions of what was declared, each with its moment and title; the last one stands."""
    zone = animation["territory"]["timeZone"]
    versions = sorted(entries, key=lambda entry: entry["subjectVersion"])[:-1]
    return [
        (
            str(entry["subjectVersion"]),
            f"{moment(entry['recordedAt'], zone)} : « {shorten(entry['data']['title'], _SHOWN_LETTERS)} »",
        )
        for entry in versions
    ]
