"""The questions that structures and parents answer, in the national team's words. `/moderation/questions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.problems import Problem

_QUESTIONS = document("moderation/questions")
_MOST = 20
#: Empty rows after the questions in force.
_FURTHER = 2
_KINDS = (
    ("SCALE", "Note de 1 à 5"),
    ("CHOICE", "Choix dans une liste"),
    ("TEXT", "Texte libre, jamais gardé"),
)
_ROW = ("text", "kind", "choices")


def _row(number: int) -> tuple[Field, ...]:
    return (
        Field(f"text-{number}", f"Question {number}", required=number == 1),
        Field(f"kind-{number}", f"Réponse à la question {number}", "select", options=_KINDS),
        Field(f"choices-{number}", f"Choix de la question {number}", "lines", "Un par ligne, de 2 à 10."),
    )


def _asked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the questions that were filled in, in their order."""
    rows = [{name: values.get(f"{name}-{number}") for name in _ROW} for number in range(1, _MOST + 1)]
    questions = [{name: value for name, value in row.items() if value} for row in rows if row["text"] or row["choices"]]
    return {"idempotencyKey": values["idempotencyKey"]} | ({"questions": questions} if questions else {})


_ATTESTATION = Act(
    "attestation",
    document("moderation/mutations/word_attestation"),
    "Changer les questions de l'attestation",
    "Enregistrer ces questions",
    "Les nouvelles questions sont posées dès maintenant.",
    (Field("questions", "Questions, dans l'ordre", "lines", "Une par ligne.", True),),
    "Les attestations déjà faites gardent les questions auxquelles elles répondent.",
)
_SATISFACTION = Act(
    "satisfaction",
    document("moderation/mutations/word_satisfaction"),
    "Changer le questionnaire des parents",
    "Enregistrer ce questionnaire",
    "Le nouveau questionnaire est posé dès maintenant.",
    tuple(field for number in range(1, _MOST + 1) for field in _row(number)),
    "Une note ou un choix au moins. Les réponses déjà données restent avec leurs questions. Une ligne vide ne compte"
    " pas : pour en ajouter plus de deux, enregistrez puis recommencez.",
    convert=_asked,
    places={"questions": "text-1"}
    | {f"questions.{n - 1}.{name}": f"{name}-{n}" for n in range(1, _MOST + 1) for name in _ROW},
)


class QuestionsPage(ActPage):
    """The wording of both forms, for the national team."""

    path, acts = "/moderation/questions", (_ATTESTATION, _SATISFACTION)
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _QUESTIONS, {})
        if answer["viewer"]["role"] != "NATIONAL":
            raise Problem.missing()
        attestation, satisfaction = answer["attestationForm"], answer["satisfactionForm"]
        wording = "\n".join((attestation or {}).get("questions", ()))
        questions = (satisfaction or {}).get("questions", ())
        satisfying = self._acts.form(request, _SATISFACTION.name, posted, **_values(questions))
        filled = [n for n in range(1, _MOST + 1) if satisfying.values.get(f"text-{n}")]
        satisfying.fields = _SATISFACTION.fields[: len(_ROW) * min(_MOST, max(filled, default=0) + _FURTHER)]
        response = self._site.templates.page(
            request,
            "moderation/questions",
            422 if posted else 200,
            attestation=attestation,
            satisfaction=satisfaction,
            kinds=dict(_KINDS),
            attests=_ATTESTATION,
            attesting=self._acts.form(request, _ATTESTATION.name, posted, questions=wording),
            satisfies=_SATISFACTION,
            satisfying=satisfying,
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)


def _values(questions: Any) -> dict[str, str]:
    return {
        f"{name}-{question['number']}": value
        for question in questions
        for name, value in (
            ("text", question["text"]),
            ("kind", question["kind"]),
            ("choices", "\n".join(question["choices"])),
        )
    }
