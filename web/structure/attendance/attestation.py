"""Attest who came, and correct it: `/structure/animations/ID/attestation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.forms import Field, Form
from web.core.french import adults, count, plural
from web.core.signing import carry_out
from web.core.site import Site
from web.structure.counting import counting
from web.structure.speaking import own_animation

_PAGE = document("structure/attendance/attestation")
_ATTEST, _CORRECT = document("structure/attendance/attest"), document("structure/attendance/correct")
_PARENTS = Field("parents", "Présents", "number", "0 si personne n'est venu.", True)
_CHILDREN = Field("children", "Enfants présents", "number", "0 si aucun enfant n'est venu.", True)
_REASON = Field("reason", "Raison de la correction", "textarea", "La correction et sa raison restent lisibles.", True)
_VERSION, _WORDING = Field("version", "Version", "number"), Field("wording", "Questionnaire", "number")
#: The number of parents that was confirmed, by a button that shows where it is unusual.
_CONFIRMED = Field("confirmed", "Nombre confirmé", "number")
_UNSEEN = (_VERSION, _WORDING, _CONFIRMED, Field("act", "Action"))
_CORRECTS = "corriger"
_MOST_QUESTIONS = 10
#: From where on the API warns of an attestation, once it is made: this page asks before.
_MOST_PARENTS_A_SEAT, _LEAST_UNLIKE = 3, 4
_CHANGED = "Les questions ont changé depuis que vous avez ouvert cette page. Relisez-les, puis envoyez de nouveau."


class AttestationPage:
    """The form of an attestation, with the figures that the list of the day proposes."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/structure/animations/{id}/attestation"
        return [self._site.desk(path, self.show, "GET"), self._site.desk(path, self.attest, "POST")]

    async def show(self, request: Request) -> Response:
        answer = await self._site.api.ask(request, _PAGE, {"id": request.path_params["id"]})
        animation, questions = own_animation(request, answer), answer["attestationForm"]
        form = self._site.guard.form(request, _fields(animation, questions), **_values(animation))
        return self._page(request, animation, questions, form)

    async def attest(self, request: Request) -> Response:
        answer = await self._site.api.ask(request, _PAGE, {"id": request.path_params["id"]})
        animation, questions = own_animation(request, answer), answer["attestationForm"]
        form = await self._site.guard.posted(request, (*_fields(animation, questions), *_UNSEEN))
        # What the page was for when it was opened: sent twice, an attestation is no correction of itself.
        corrects = form.values["act"] == _CORRECTS
        form.fields = fields = _fields(animation, questions, corrects=corrects)
        if form.values["wording"] not in ("", str((questions or {}).get("version", ""))):
            form.general.append(_CHANGED)
        parents = _PARENTS.value(form.values.get("parents", ""))
        unusual = _unusual(animation, parents) if isinstance(parents, int) and not form.failed else ""
        if unusual and form.values["confirmed"] == str(parents):
            unusual = ""
        if unusual:
            form.errors["parents"] = (
                f"{unusual}. Vérifiez ce nombre. S'il est juste, confirmez-le en bas du formulaire."
            )
        # Names all that is missing where anything is wrong already.
        typed = form.input()
        if not form.failed:
            answers = [form.values[each.name].strip() for each in fields if each.name.startswith("answer-")]
            values = {name: typed.get(name) for name in ("parents", "children")} | {"animationId": animation["id"]}
            values |= {"idempotencyKey": form.key, "answers": answers}
            if (version := form.number("version")) is not None:
                values["expectedVersion"] = version
            if corrects:
                values["reason"] = typed.get("reason")
            mutation = _CORRECT if corrects else _ATTEST
            label = "Corriger l'attestation" if corrects else "Attester qui est venu"
            payload = await carry_out(self._site, request, mutation, values, label)
            if isinstance(payload, Response):
                return payload
            if not payload["errors"]:
                done = "corriger" if corrects else "attester"
                return RedirectResponse(f"/structure/animations/{animation['id']}?fait={done}", 303)
            form.refuse([dict(each) | {"field": _place(each["field"])} for each in payload["errors"]])
        form.fields = _fields(animation, questions)
        return self._page(request, animation, questions, form, to_confirm=parents if unusual else None)

    def _page(
        self,
        request: Request,
        animation: Mapping[str, Any],
        questions: Mapping[str, Any] | None,
        form: Form,
        to_confirm: int | None = None,
    ) -> Response:
        actions = {each["code"]: each for each in animation["allowedActions"]}
        action = actions.get("ATTESTATION_CORRECT" if animation["attestation"] else "ANIMATION_ATTEST")
        response = self._site.templates.page(
            request,
            "structure/attendance/attestation",
            422 if form.failed else 200,
            animation=animation,
            form=form,
            to_confirm=to_confirm,
            wording=(questions or {}).get("version", ""),
            closed=None if action and action["allowed"] else (action or {}).get("reason") or "",
        )
        return self._site.guard.keep(request, response)


def _unusual(animation: Mapping[str, Any], parents: int) -> str:
    """Return what is unusual about so many parents, for the seats and by the list of the day; empty if nothing is."""
    words, seats = adults(parents, animation), animation["seats"]
    if parents > _MOST_PARENTS_A_SEAT * seats:
        return f"{words} pour {plural(seats, 'place', 'places')}"
    came = animation["expected"]["proposedParents"]
    if came is not None and abs(parents - came) >= max(_LEAST_UNLIKE, came / 2):
        return f"{words}, et {count(came)} sur la liste du jour"
    return ""


def _fields(
    animation: Mapping[str, Any], questions: Mapping[str, Any] | None, *, corrects: bool | None = None
) -> list[Field]:
    """Return the fields of an attestation, or of its correction: unless it is said, by what there is already."""
    corrects = animation["attestation"] is not None if corrects is None else corrects
    fields = [
        *counting((_PARENTS, _CHILDREN), animation),
    ]
    texts = (questions or {}).get("questions", ())[:_MOST_QUESTIONS]
    fields += [Field(f"answer-{number}", text, "textarea", required=True) for number, text in enumerate(texts)]
    return [*fields, *([_REASON] if corrects else [])]


def _values(animation: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands in the form at first: what was attested, or else what the list of the day proposes."""
    if (attested := animation["attestation"]) is not None:
        answers = {f"answer-{number}": text for number, text in enumerate(attested["answers"])}
        return {"parents": str(attested["parents"]), "children": str(attested["children"])} | answers
    expected = animation["expected"]
    proposed = {"parents": expected["proposedParents"], "children": expected["proposedChildren"]}
    return {name: str(number) for name, number in proposed.items() if number is not None}


def _place(field: Sequence[str] | None) -> list[str]:
    """Return the field of this form that an error is about: each answer has its own."""
    match list(field or ()):
        case ["answers", number, *_]:
            return [f"answer-{number}"]
        case ["answers"]:
            return ["answer-0"]
        case other:
            return other
