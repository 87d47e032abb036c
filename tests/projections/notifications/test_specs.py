"""What each event does to the rows of notifications."""

from __future__ import annotations

import pytest

from domain.notifications.events import LetterAbout, LetterRefused, Unreached
from tests.support.domain.builders import PERSON
from tests.support.domain.story import SUBJECT
from tests.support.projection_spec import Spec, at

SPECS = [
    Spec(
        "unreached",
        "whom no letter reaches is known by the thing it was about",
        [],
        LetterRefused(about=LetterAbout.REGISTRATION, about_id=PERSON, animation_id=SUBJECT, reason=Unreached.REFUSED),
        {"reason": "refused", "since": at(1)},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
