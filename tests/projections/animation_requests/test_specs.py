"""What each event does to the rows of schools' requests."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from domain.animation_requests.events import (
    CAUSE_LABELS,
    ReopeningCause,
    RequestAnswered,
    RequestDeclined,
    RequestGivenBack,
    RequestLapsed,
    RequestReopened,
    RequestSent,
    RequestTakenUp,
    RequestWithdrawn,
    RequestWordsErased,
)
from domain.kernel.events import ERASED_WORDS
from tests.support.domain.builders import OURS, UAI
from tests.support.projection_spec import Spec, at

SENT = RequestSent(
    school=UAI,
    territory="34",
    theme="ent-pronote",
    audience="parents",
    wished_from=date(2027, 1, 10),
    wished_until=date(2027, 3, 10),
    text="Pour les parents.",
    structures=(OURS,),
)
TAKEN = RequestTakenUp(structure_id=OURS)
ANIMATION = UUID(int=9)
ANSWERED = RequestAnswered(structure_id=OURS, animation_id=ANIMATION)
REFUSED = RequestReopened(animation_id=ANIMATION, because=ReopeningCause.REFUSED)
SPECS = [
    Spec(
        "animation_requests",
        "a request is open, on a theme and in a period",
        [],
        SENT,
        SENT.model_dump() | {"structures": [OURS], "status": "OPEN", "sent_at": at(1), "changed_at": at(1)},
    ),
    Spec(
        "animation_requests",
        "a structure takes it up",
        [SENT],
        TAKEN,
        {"status": "TAKEN_UP", "structure_id": OURS, "changed_at": at(2)},
    ),
    Spec(
        "animation_requests",
        "an animation answers it",
        [SENT, TAKEN],
        ANSWERED,
        {"status": "ANSWERED", "animation_id": ANIMATION, "changed_at": at(3)},
    ),
    Spec(
        "animation_requests",
        "a request whose animation is cancelled is its structure's again, with the reason",
        [SENT, TAKEN, ANSWERED],
        RequestReopened(animation_id=ANIMATION, because=ReopeningCause.CANCELLED),
        {
            "status": "TAKEN_UP",
            "animation_id": None,
            "reason": "L'animation qui y répondait est annulée.",
            "changed_at": at(4),
        },
    ),
    Spec(
        "animation_requests",
        "a request that is given back is nobody's, with the reason",
        [SENT, TAKEN, ANSWERED],
        RequestGivenBack(structure_id=OURS, reason="Absente"),
        {
            "status": "OPEN",
            "structure_id": None,
            "animation_id": None,
            "reason": "Absente",
            "given_back_by": OURS,
            "changed_at": at(4),
        },
    ),
    Spec(
        "animation_requests",
        "a request that is taken up again bears the reason no more",
        [SENT, TAKEN, RequestGivenBack(structure_id=OURS, reason="Absente")],
        TAKEN,
        {"status": "TAKEN_UP", "structure_id": OURS, "reason": None, "given_back_by": None, "changed_at": at(4)},
    ),
    Spec(
        "animation_requests",
        "a request whose animation is refused points to it still",
        [SENT, TAKEN, ANSWERED],
        REFUSED,
        {"status": "TAKEN_UP", "reason": CAUSE_LABELS[REFUSED.because], "changed_at": at(4)},
    ),
    Spec(
        "animation_requests",
        "a request that is answered again bears no reason",
        [SENT, TAKEN, ANSWERED, REFUSED],
        ANSWERED,
        {"status": "ANSWERED", "reason": None, "changed_at": at(5)},
    ),
    Spec(
        "animation_requests",
        "a request is declined with a reason",
        [SENT],
        RequestDeclined(reason="Personne"),
        {"status": "DECLINED", "reason": "Personne", "changed_at": at(2)},
    ),
    Spec(
        "animation_requests",
        "a request is withdrawn, with or without a reason",
        [SENT],
        RequestWithdrawn(),
        {"status": "WITHDRAWN", "changed_at": at(2)},
    ),
    Spec(
        "animation_requests",
        "a request lapses",
        [SENT],
        RequestLapsed(),
        {"status": "LAPSED", "changed_at": at(2)},
    ),
    Spec(
        "animation_requests",
        "the words of a request are erased",
        [SENT, RequestDeclined(reason="Personne")],
        RequestWordsErased(),
        {"text": ERASED_WORDS, "reason": ERASED_WORDS},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
