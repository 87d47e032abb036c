"""The desk of schools: candidatures to examine, parents registered, teachers. `/ecole`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.animations.for_others import REGISTERING
from web.core.act_page import ActPage
from web.core.acts import Act
from web.core.desks import chosen
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem

_SCHOOL, _ANIMATIONS = document("schools/overview"), document("schools/animations")
_READERS = ("DIRECTOR", "INSPECTOR", "HEAD", "TEACHER")
#: Those whose teachers register parents.
_BINDERS = ("DIRECTOR", "HEAD")
_STATUSES = {"SEATED": "Place réservée", "WAITING": "Sur liste d'attente", "CANCELLED": "Ne vient plus"}


def _of_school(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the school that was chosen, `34:0340005W`, and its territory."""
    territory, _, uai = (values.get("school") or "").partition(":")
    kept = {name: value for name, value in values.items() if name != "school"}
    named = {"territory": territory, "schools": [uai]} if uai else {}
    return kept | named | {"staffRole": "TEACHER"}


_BIND = Act(
    "lier",
    document("schools/bind_teacher"),
    "Permettre à un enseignant d'inscrire des parents",
    "Le lui permettre",
    "C'est fait. À sa prochaine connexion, cette personne peut inscrire des parents.",
    (
        Field(
            "subject",
            "Identifiant de l'enseignant",
            hint="Il le lit sur sa page « Mon compte », une fois connecté.",
            required=True,
        ),
        Field("school", "Établissement", "select", required=True),
    ),
    convert=_of_school,
    places=dict.fromkeys(("schools", "territory", "staffRole"), "school"),
)
_END = Act(
    "finir",
    document("schools/end_teacher"),
    "Ne plus le lui permettre",
    "Ne plus le permettre",
    "Cette personne n'inscrit plus de parents.",
    (Field("accountId", "Compte", hidden=True, needed=True), Field("mandateId", "Mandat", hidden=True, needed=True)),
)


class SchoolDesk(ActPage):
    """The page of whoever works at a school, or inspects it."""

    path, acts = "/ecole", (_BIND, _END)
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        viewer = (await self._site.api.ask(request, _SCHOOL, page_variables(request.query_params)))["viewer"]
        if viewer["role"] not in _READERS:
            raise Problem.missing()
        own = chosen(request)
        schools = [each for each in viewer["inSchools"] if own in ("", each["uai"])]
        within = {"schools": [each["uai"] for each in schools]}
        animations = (await self._site.api.ask(request, _ANIMATIONS, within))["animations"]
        response = self._site.templates.page(
            request,
            "schools/overview",
            422 if posted else 200,
            viewer=viewer,
            schools=schools,
            choices=[{"code": each["uai"], "label": each["label"]} for each in viewer["inSchools"]],
            chosen=own,
            animations=animations,
            statuses=_STATUSES,
            around=pages_around(request, viewer["registrationsForOthers"]["pageInfo"], "#inscriptions"),
            registers=viewer["role"] in REGISTERING,
            bind=_BIND if viewer["role"] in _BINDERS else None,
            binding=self._binding(request, viewer, posted),
            end=_END,
            teachers=[
                (each, self._acts.form(request, _END.name, None, accountId=each["accountId"], mandateId=each["id"]))
                for each in viewer["teachers"] or ()
            ],
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)

    def _binding(self, request: Request, viewer: Mapping[str, Any], posted: Form | None) -> Form:
        options = [
            (f"{school['territory']['code']}:{school['uai']}", school["label"])
            for school in viewer["inSchools"]
            if school["territory"]
        ]
        own = [value for value, _ in options if value.partition(":")[2] == chosen(request)]
        only = {"school": (own or [options[0][0]])[0]} if own or len(options) == 1 else {}
        form = self._acts.form(request, _BIND.name, posted, **only)
        form.fields = [replace(each, options=options) if each.kind == "select" else each for each in form.fields]
        return form
