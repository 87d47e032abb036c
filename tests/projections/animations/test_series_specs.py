"""What a series does to the rows of its animations."""

from __future__ import annotations

import pytest

from domain.animations.events import AnimationJoinedSeries, AnimationPublished, AnimationRepeated
from tests.support.domain.builders import CONVENTION_ID, created
from tests.support.domain.dossier_builders import THIRD
from tests.support.projection_spec import Spec

SPECS = [
    Spec(
        "animations",
        "a copy at another date is in the series of its source",
        [created(cloned_from=THIRD)],
        AnimationJoinedSeries(series_id=THIRD),
        {"series_id": THIRD},
    ),
    Spec(
        "animations",
        "what is repeated begins a series, and nothing else of it changes",
        [created(), AnimationPublished()],
        AnimationRepeated(series_id=CONVENTION_ID, animation_ids=(THIRD,)),
        {"series_id": CONVENTION_ID},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
