"""What parents say of an animation, by the QR code of its last slide: `/questionnaire/LINK`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem
from web.core.site import Site

_QUESTIONNAIRE, _ANSWER = document("satisfaction/questionnaire"), document("satisfaction/answer")
_UNKNOWN = (
    "Ce lien ne mène à aucun questionnaire. Scannez de nouveau le code carré, ou recopiez toute l'adresse."
    " Vous pouvez aussi dire votre avis à la structure qui a animé la rencontre."
)
_NOT_WORDED = (
    "Les questions ne sont pas encore rédigées. Gardez ce lien, ou scannez de nouveau le code carré dans quelques"
    " jours : il sert jusqu'à quatorze jours après l'animation. Vous pouvez aussi dire votre avis à la structure."
)
#: The version of the form that the page showed.
_VERSION = Field("formVersion", "Version", "number")
#: The steps that lead to thanks: of answers that count now, and of those that were counted before.
_THANKS = frozenset(("merci", "deja"))
_GRADES = tuple((str(grade), str(grade)) for grade in range(1, 6))
_LEAST_AND_BEST = "1 : la moins bonne note. 5 : la meilleure."


class QuestionnairePage:
    """The page of one animation's questionnaire."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path = "/questionnaire/{link}"
        return [self._site.route(path, self.show, "GET"), self._site.route(path, self.answer, "POST")]

    async def show(self, request: Request) -> Response:
        questionnaire = await self._questionnaire(request)
        form = self._site.guard.form(request, fields_of(questionnaire))
        step = request.query_params.get("etape", "")
        return self._page(request, questionnaire, form, step if step in _THANKS else "")

    async def answer(self, request: Request) -> Response:
        """Count the answers, then lead to thanks: to load that page again counts nobody twice."""
        questionnaire = await self._questionnaire(request)
        fields = fields_of(questionnaire)
        form = await self._site.guard.posted(request, (*fields, _VERSION))
        values, form.fields = form.input(), fields
        unanswered = (each for each in fields if each.name not in values)
        form.errors |= {each.name: f"« {each.label} » : choisissez une réponse." for each in unanswered}
        if not form.failed:
            link = request.path_params["link"]
            sent = {"link": link, "answers": _answers(questionnaire, values), "idempotencyKey": form.key}
            sent["formVersion"] = values.get("formVersion")
            try:
                payload = (await self._site.api.ask(request, _ANSWER, {"input": sent}))["questionnaireAnswer"]
            except Problem as problem:
                if problem.status != 429:
                    raise
                # Keep the choices on the page: it is sent again in some seconds.
                form.general.append(problem.message)
                return self._page(request, questionnaire, form)
            if not payload["errors"]:
                step = "deja" if payload["alreadyCounted"] else "merci"
                return RedirectResponse(f"/questionnaire/{link}?etape={step}", 303)
            form.refuse(payload["errors"])
        return self._page(request, questionnaire, form)

    async def _questionnaire(self, request: Request) -> Mapping[str, Any]:
        try:
            answer = await self._site.api.ask(request, _QUESTIONNAIRE, {"link": request.path_params["link"]})
        except Problem as problem:
            raise (Problem.missing(_UNKNOWN) if problem.status == 404 else problem) from None
        questionnaire: Mapping[str, Any] | None = answer["questionnaire"]
        if questionnaire is None and answer["satisfactionForm"] is None:
            # Slides are printed in time: their code must not lead to a page that is missing.
            raise Problem(200, "Le questionnaire n'est pas encore prêt", _NOT_WORDED)
        if questionnaire is None:
            raise Problem.missing(_UNKNOWN)
        return questionnaire

    def _page(self, request: Request, questionnaire: Mapping[str, Any], form: Form, thanks: str = "") -> Response:
        animation = questionnaire["animation"]
        # Of a cancelled one, that alone is said.
        to_come = datetime.fromisoformat(animation["startsAt"]) > self._site.clock()
        response = self._site.templates.page(
            request,
            "satisfaction/questionnaire",
            422 if form.failed else 200,
            questionnaire=questionnaire,
            animation=animation,
            early=to_come and animation["status"] == "PUBLISHED",
            # Free text is kept nowhere: the page does not ask for it.
            aloud=[each["text"] for each in questionnaire["form"]["questions"] if each["kind"] == "TEXT"],
            form=form,
            thanks=thanks,
        )
        return self._site.guard.keep(request, response)


def fields_of(questionnaire: Mapping[str, Any]) -> list[Field]:
    """Return a field for each question that is answered by choosing."""
    return [_field(question) for question in questionnaire["form"]["questions"] if question["kind"] != "TEXT"]


def _field(question: Mapping[str, Any]) -> Field:
    name, label = f"question-{question['number']}", question["text"]
    if question["kind"] == "SCALE":
        return Field(name, label, "radio", hint=_LEAST_AND_BEST, required=True, options=_GRADES)
    options = [(choice, choice) for choice in question["choices"]]
    return Field(name, label, "radio", required=True, options=options)


def _answers(questionnaire: Mapping[str, Any], values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the answers as the API takes them: a grade is a number, a choice is in its words."""
    answers = []
    for question in questionnaire["form"]["questions"]:
        number = question["number"]
        value = values.get(f"question-{number}", "")
        if question["kind"] == "SCALE":
            answers.append({"question": number, "scale": int(value) if value in dict(_GRADES) else 0})
        elif question["kind"] == "CHOICE":
            answers.append({"question": number, "choice": value})
    return answers
