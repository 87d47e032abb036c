"""What each event does to the rows of schools."""

from __future__ import annotations

import pytest

from domain.kernel.schools import Degree
from domain.schools.events import SchoolDescribed
from tests.support.projection_spec import Spec

JAURES = SchoolDescribed(uai="0180766K", name="École Jean Jaurès", commune_code="18033", degree=Degree.FIRST)
SPECS = [
    Spec(
        "schools",
        "a school is sorted by its name, and found by that of its commune too",
        [],
        JAURES,
        {
            "name": "École Jean Jaurès",
            "commune_code": "18033",
            "degree": "FIRST",
            "name_key": "ecole jean jaures",
            "search": "ecole jean jaures bourges",
        },
    ),
    Spec(
        "schools",
        "a school that is described anew has its new name alone",
        [JAURES],
        JAURES.model_copy(update={"name": "École Rosa Parks"}),
        {"name": "École Rosa Parks", "name_key": "ecole rosa parks", "search": "ecole rosa parks bourges"},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
