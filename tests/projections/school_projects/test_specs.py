"""What each event does to the rows of school projects."""

from __future__ import annotations

import pytest

from domain.kernel.events import ERASED_WORDS
from domain.school_projects.events import SchoolProjectCorrected, SchoolProjectRecorded, SchoolProjectWordsErased
from tests.support.projection_spec import ACTOR, Spec, at

HAS = SchoolProjectRecorded(uai="0340002T", school_year="2026-2027", has_part=True, evidence="Axe 3 du projet.")
NONE = SchoolProjectCorrected(
    **HAS.model_dump(exclude={"has_part", "evidence"}), has_part=False, evidence=None, reason="Non adopté"
)
SPECS = [
    Spec(
        "school_projects",
        "what is recorded is shown for its school year",
        [],
        HAS,
        {**HAS.model_dump(), "territory": "34", "recorded_at": at(1), "recorded_by": ACTOR},
    ),
    Spec(
        "school_projects",
        "a correction takes its place",
        [HAS],
        NONE,
        {"has_part": False, "evidence": None, "reason": "Non adopté", "recorded_at": at(2)},
    ),
    Spec(
        "school_projects",
        "its words are erased",
        [HAS],
        SchoolProjectWordsErased(),
        {"evidence": ERASED_WORDS},
    ),
    Spec(
        "school_project_records",
        "each record is kept, for figures of the past",
        [HAS],
        NONE,
        {"uai": "0340002T", "school_year": "2026-2027", "recorded_at": at(2)},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
