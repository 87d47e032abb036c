"""What each event does to the rows of registrations."""

from __future__ import annotations

import pytest

from domain.registrations.events import (
    PresenceTicked,
    QuestionWithdrawn,
    RegistrantErased,
    RegistrantsReminded,
    RegistrationCancelled,
    RegistrationRemoved,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
    WalkInsCounted,
)
from tests.support.domain.builders import END, OURS, PERSON, START
from tests.support.domain.registration_builders import made, number, repeated
from tests.support.domain.story import SUBJECT
from tests.support.projection_spec import ACTOR, Spec, at

SPECS = [
    Spec(
        "registrations",
        "a registration has a seat and a place in the book",
        [],
        made(),
        {
            "animation_id": SUBJECT,
            "structure_id": OURS,
            "place": 1,
            "status": "SEATED",
            "children": 2,
            "registered_by": ACTOR,
            "registered_by_role": "structure",
            "registered_at": at(1),
        },
    ),
    Spec(
        "registrations",
        "one without a seat waits",
        [],
        made(seated=False),
        {
            "animation_id": SUBJECT,
            "structure_id": OURS,
            "place": 1,
            "status": "WAITING",
            "children": 2,
            "registered_by": ACTOR,
            "registered_by_role": "structure",
            "registered_at": at(1),
        },
    ),
    Spec(
        "registrations",
        "a repeated registration names the first",
        [made()],
        repeated(),
        {
            "animation_id": SUBJECT,
            "structure_id": OURS,
            "place": 2,
            "status": "SEATED",
            "children": 2,
            "registered_by": ACTOR,
            "registered_by_role": "structure",
            "registered_at": at(2),
            "repeats": number(1),
        },
    ),
    Spec(
        "registrations",
        "who waits obtains a seat",
        [made(seated=False)],
        SeatObtained(registration_id=number(1)),
        {"status": "SEATED"},
    ),
    Spec(
        "registrations",
        "after a change a seat is to be confirmed",
        [made()],
        SeatQuestioned(registration_id=number(1)),
        {"questioned": True},
    ),
    Spec(
        "registrations",
        "a seat is kept",
        [made(), SeatQuestioned(registration_id=number(1))],
        SeatKept(registration_id=number(1)),
        {"questioned": False},
    ),
    Spec(
        "registrations",
        "there is nothing to confirm any more",
        [made(), SeatQuestioned(registration_id=number(1))],
        QuestionWithdrawn(registration_id=number(1)),
        {"questioned": False},
    ),
    Spec(
        "registrations",
        "a cancelled registration has nothing to confirm",
        [made(), SeatQuestioned(registration_id=number(1))],
        RegistrationCancelled(registration_id=number(1)),
        {"status": "CANCELLED", "questioned": False},
    ),
    Spec(
        "registrations",
        "who came is ticked",
        [made()],
        PresenceTicked(registration_id=number(1), present=True, children=1),
        {"present": True, "present_children": 1},
    ),
    Spec(
        "registrations",
        "an erased registrant is still counted among those who came",
        [made(), PresenceTicked(registration_id=number(1), present=True, children=1)],
        RegistrantErased(registration_id=number(1), person_id=PERSON),
        {"status": "CANCELLED", "erased_at": at(3)},
    ),
    Spec(
        "registrations",
        "who gives up after all is not counted",
        [made(), PresenceTicked(registration_id=number(1), present=True, children=1)],
        RegistrationCancelled(registration_id=number(1)),
        {"status": "CANCELLED", "present": None, "present_children": 0},
    ),
    Spec(
        "walk_ins",
        "those who just came are counted anew",
        [made(), WalkInsCounted(animation_id=SUBJECT, parents=9, children=9)],
        WalkInsCounted(animation_id=SUBJECT, parents=2, children=1),
        {"walk_in_parents": 2, "walk_in_children": 1},
    ),
    Spec(
        "reminders",
        "the last date that registrants were reminded of is known",
        [made(), RegistrantsReminded(animation_id=SUBJECT, starts_at=START, known_before=START)],
        RegistrantsReminded(animation_id=SUBJECT, starts_at=END, known_before=START),
        {"reminded_of": END},
    ),
    Spec(
        "registrations",
        "a removed registration is cancelled",
        [made()],
        RegistrationRemoved(registration_id=number(1), person_id=PERSON, reason="Complet"),
        {"status": "CANCELLED"},
    ),
    Spec(
        "registrations",
        "an erased registrant has no seat",
        [made()],
        RegistrantErased(registration_id=number(1), person_id=PERSON),
        {"status": "CANCELLED", "erased_at": at(2)},
    ),
    Spec(
        "registrants",
        "who registers is kept apart",
        [],
        made(),
        {"first_name": "Prénom", "last_name": "Nom", "email": "parent@exemple.fr", "phone": "06 00 00 00 00"},
    ),
    Spec(
        "registrants",
        "who registers twice is kept twice",
        [made()],
        repeated(),
        {"first_name": "Prénom", "last_name": "Nom", "email": "parent@exemple.fr", "phone": "06 00 00 00 00"},
    ),
    Spec(
        "registrants",
        "a removal says why",
        [made()],
        RegistrationRemoved(registration_id=number(1), person_id=PERSON, reason="Complet"),
        {"removal_reason": "Complet"},
    ),
    Spec(
        "registrants",
        "the removal of somebody who was erased changes nothing",
        [made(), RegistrantErased(registration_id=number(1), person_id=PERSON)],
        RegistrationRemoved(registration_id=number(1), person_id=PERSON, reason="Complet"),
        None,
    ),
    Spec(
        "registrants",
        "an erased registrant has no row",
        [made()],
        RegistrantErased(registration_id=number(1), person_id=PERSON),
        None,
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
