"""What each event does to the rows of action-research groups."""

from __future__ import annotations

import pytest

from domain.action_groups.events import (
    ActionGroupCorrected,
    ActionGroupWordsErased,
    LessonLinked,
    MeetingCorrected,
    MemberErased,
    MemberLeft,
)
from domain.kernel.events import ERASED_WORDS
from tests.domain.action_groups.test_action_group import CLOSED, JOINED, MEMBER, MET, OPENED
from tests.support.domain.builders import PERSON
from tests.support.projection_spec import Spec, at

ERASED = MemberErased(member_id=MEMBER, person_id=PERSON)
SHOWN = {"member_id": str(MEMBER), "profession": "enseignante", "joined_at": at(2).isoformat(), "left_at": None}
GONE = [SHOWN | {"left_at": at(3).isoformat()}]
SPECS = [
    Spec(
        "action_groups",
        "a group that is opened is at work",
        [],
        OPENED,
        {"name": OPENED.name, "territory": "34", "theme": OPENED.theme, "status": "OPEN", "opened_at": at(1)},
    ),
    Spec("action_groups", "a member counts by the profession", [OPENED], JOINED, {"members": [SHOWN]}),
    Spec("action_groups", "leaves", [OPENED, JOINED], MemberLeft(member_id=MEMBER), {"members": GONE}),
    Spec("action_groups", "and the profession outlives the name", [OPENED, JOINED], ERASED, {"members": GONE}),
    Spec("action_groups", "a meeting is kept", [OPENED], MET, {"meetings": [MET.model_dump(mode="json")]}),
    Spec(
        "action_groups",
        "a correction of a meeting takes its place",
        [OPENED, MET, MET],
        MeetingCorrected(number=1, met_on=MET.met_on, professions=("juriste",), outcome="Un avis", reason="Une erreur"),
        {
            "meetings": [
                {"met_on": "2026-11-26", "professions": ["juriste"], "outcome": "Un avis"},
                MET.model_dump(mode="json"),
            ]
        },
    ),
    Spec(
        "action_groups",
        "a correction of the name keeps its theme",
        [OPENED],
        ActionGroupCorrected(name="Autre nom", theme=OPENED.theme, reason="Une coquille"),
        {"name": "Autre nom"},
    ),
    Spec("action_groups", "a lesson is linked", [OPENED], LessonLinked(publication_id=PERSON), {"lessons": [PERSON]}),
    Spec("action_groups", "a group is closed", [OPENED], CLOSED, {"status": "CLOSED", "closed_at": at(2)}),
    Spec(
        "action_groups",
        "its words are erased, professions included",
        [OPENED, JOINED, MET],
        ActionGroupWordsErased(),
        {
            **{"name": ERASED_WORDS, "theme": ERASED_WORDS, "members": [SHOWN | {"profession": ERASED_WORDS}]},
            "meetings": [
                {"met_on": "2026-11-26", "professions": [ERASED_WORDS, ERASED_WORDS], "outcome": ERASED_WORDS}
            ],
        },
    ),
    Spec(
        "action_group_people",
        "the name has a table of its own",
        [],
        JOINED,
        {"first_name": "A", "last_name": "B", "email": "a@exemple.fr"},
    ),
    Spec("action_group_people", "which an erasure clears", [JOINED], ERASED, None),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
