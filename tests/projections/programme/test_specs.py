"""What each event does to the rows of Parents Ressource at work."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from domain.animations.events import AnimationVolunteersNamed
from domain.candidatures.events import AccompanimentCorrected, AccompanimentRecorded, Degree
from domain.candidatures.missions import Mission
from tests.support.domain.builders import created, submitted
from tests.support.projection_spec import Spec

FIRST, OTHER = UUID(int=1), UUID(int=2)
HELPED = AccompanimentRecorded(territory="34", on=date(2027, 1, 10), mission=Mission.ACCOMPANY, parents=3)
CORRECTED = AccompanimentCorrected(
    person_id=OTHER, number=1, on=date(2027, 1, 9), mission=Mission.RELAY, parents=2, reason="Une erreur"
)
SPECS = [
    Spec(
        "animation_volunteers",
        "an animation names who takes part, all anew",
        [AnimationVolunteersNamed(volunteers=(FIRST,))],
        AnimationVolunteersNamed(volunteers=(OTHER, FIRST)),
        {"volunteers": [OTHER, FIRST]},
    ),
    Spec(
        "animations",
        "to name them changes nothing else",
        [created()],
        AnimationVolunteersNamed(volunteers=(FIRST,)),
        {},
    ),
    Spec("candidatures", "to help parents changes no step", [submitted(Degree.FIRST)], HELPED, {}),
    Spec("candidatures", "nor does a correction of it", [submitted(Degree.FIRST), HELPED], CORRECTED, {}),
    Spec(
        "accompaniments",
        "each accompaniment has a row, with nobody in it but the volunteer",
        [],
        HELPED,
        {
            "territory": "34",
            "day": HELPED.on,
            "mission": "ACCOMPANY",
            "parents": 3,
        },
    ),
    Spec(
        "accompaniments",
        "a correction changes the record that it names",
        [HELPED],
        CORRECTED,
        {"day": date(2027, 1, 9), "mission": "RELAY", "parents": 2},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
