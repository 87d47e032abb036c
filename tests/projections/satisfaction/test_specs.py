"""What each event does to the rows of satisfaction."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from domain.satisfaction.form import QuestionKind, SatisfactionFormWorded, SatisfactionQuestion
from domain.satisfaction.packets import AnswersRecorded, QuestionResult
from tests.support.projection_spec import Spec, at

QUESTION = SatisfactionQuestion(text="Reviendrez-vous ?", kind=QuestionKind.CHOICE, choices=("Oui", "Non"))
PACKET = AnswersRecorded(
    animation_id=UUID(int=1),
    structure_id=UUID(int=2),
    territory="34",
    type="cafe-des-parents",
    themes=("temps-ecran", "jeux-video"),
    day=date(2027, 1, 15),
    form_version=1,
    answer_count=12,
    results=(QuestionResult(number=1, answers=10, counts=(10, 0)),),
)
COLUMNS = {
    "animation_id": UUID(int=1),
    "structure_id": UUID(int=2),
    "territory": "34",
    "type": "cafe-des-parents",
    "themes": ["temps-ecran", "jeux-video"],
    "day": date(2027, 1, 15),
    "form_version": 1,
    "answer_count": 12,
    "results": [{"number": 1, "answers": 10, "total": 0, "counts": [10, 0]}],
}
SMALL = {"animation_id": None, "type": None, "themes": ()}

SPECS = [
    Spec(
        "satisfaction_forms",
        "a version of the form is worded",
        [],
        SatisfactionFormWorded(version=1, questions=(QUESTION,)),
        {
            "questions": [{"text": "Reviendrez-vous ?", "kind": "CHOICE", "choices": ["Oui", "Non"]}],
            "worded_at": at(1),
        },
    ),
    Spec("satisfaction_packets", "a packet of answers is a row of its own", [], PACKET, COLUMNS),
    Spec(
        "satisfaction_packets",
        "a packet of several small animations has no type and no theme",
        [PACKET],
        PACKET.model_copy(update=SMALL),
        {name: value for name, value in COLUMNS.items() if name not in SMALL},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
