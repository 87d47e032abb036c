"""Answers to the questionnaire, for the demonstration: worded and recorded through the commands of the service.

After an interruption, another run records only the answers that are missing.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from random import Random
from typing import LiteralString
from uuid import UUID, uuid5

from psycopg import sql

from application.satisfaction.commands import Question, SatisfactionFormWord, SatisfactionRecord, form_of
from cli.composition import Runtime
from demo.stage import NATIONAL
from domain.kernel.actors import SYSTEM
from domain.kernel.identifiers import NAMESPACE
from domain.kernel.rights import Action
from domain.satisfaction.answering import ANSWERS
from domain.satisfaction.form import QuestionKind
from domain.satisfaction.packets import FEWEST_ANSWERS, results
from projections.engine.generations import live_tables

#: Animations that parents have answered for.
MOST = 120
_QUESTIONS = (
    Question(text="Cette animation vous a-t-elle été utile ?", kind=QuestionKind.SCALE),
    Question(text="L'accueil et l'organisation vous ont-ils convenu ?", kind=QuestionKind.SCALE),
    Question(
        text="La conseilleriez-vous à d'autres parents ?",
        kind=QuestionKind.CHOICE,
        choices=("Oui", "Non", "Je ne sais pas"),
    ),
)
_ATTESTED: LiteralString = """
SELECT animation_id, parents FROM {animations} WHERE attested AND parents >= %s
ORDER BY day DESC, animation_id LIMIT %s"""


def answer_questionnaires(opened: Runtime, now: datetime) -> int:
    """Word a questionnaire, unless there is one, and answer it for the latest animations. Return for how many."""
    app = opened.application
    form = app.bus.consult(form_of, Action.SATISFACTION_RECORD, SYSTEM, now)
    if not form.version:
        app.execute(SatisfactionFormWord(questions=_QUESTIONS), NATIONAL, now)
    elif form.questions != tuple(question.worded() for question in _QUESTIONS):
        # Others have worded their own.
        return 0
    with opened.connection() as conn:
        animations = conn.execute(sql.SQL(_ATTESTED).format(**live_tables(conn)), (FEWEST_ANSWERS, MOST)).fetchall()
    for animation_id, parents in animations:
        app.execute(_answers(animation_id, parents), SYSTEM, now)
    return len(animations)


def _answers(animation_id: UUID, parents: int) -> SatisfactionRecord:
    """Return the same answers for an animation every time."""
    rng = Random(str(animation_id))
    people = max(FEWEST_ANSWERS, round(parents * rng.uniform(0.4, 0.95)))
    tally = Counter({ANSWERS: people})
    for _ in range(people):
        for question in (1, 2):
            tally[f"{question}:{rng.choices(range(1, 6), (1, 2, 6, 20, 18))[0]}"] += 1
        tally[f"3:{rng.choices(range(3), (16, 1, 3))[0]}"] += 1
    return SatisfactionRecord(
        idempotency_key=uuid5(NAMESPACE, f"season:answers:{animation_id}"),
        owner_id=animation_id,
        form_version=1,
        answer_count=people,
        results=results(_QUESTIONS, tally, lambda question, choice: rng.random()),
    )
