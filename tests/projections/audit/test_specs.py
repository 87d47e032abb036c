"""What each event does to the rows of audit."""

from __future__ import annotations

import pytest

from domain.animations.events import AnimationPublished
from tests.support.domain.builders import OURS, created
from tests.support.domain.registration_builders import number
from tests.support.projection_spec import Spec, at

SPECS = [
    Spec(
        "audit_trail",
        "every event has an entry",
        [created()],
        AnimationPublished(),
        {
            "recorded_at": at(2),
            "type": "animation.published",
            "subject_id": number(1),
            "structure_id": OURS,
            "territory": "34",
        },
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
