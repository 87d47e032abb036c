"""What each event does to the rows of accounts."""

from __future__ import annotations

from typing import Any

import pytest

from domain.accounts.events import (
    AccountErased,
    InvitationAccepted,
    InvitationErased,
    InvitationRevoked,
    MailPreferencesSet,
)
from tests.support.domain.account_builders import (
    ACCEPTED,
    ADMITTED,
    APPOINTED,
    BOUND,
    ENDED,
    INVITATION_ID,
    JOINED,
    MANDATE,
    REGISTERED,
    SENT,
)
from tests.support.domain.builders import OURS, PERSON, UAI
from tests.support.projection_spec import ACTOR, Spec, at


def mandate(role: str, **values: Any) -> dict[str, Any]:
    """A mandate in force, as JSON."""
    common: dict[str, Any] = {
        "id": str(MANDATE),
        "role": role,
        "structure_id": None,
        "territories": [],
        "schools": [],
        "accepted": True,
        "until": None,
        "given_at": at(1).isoformat(),
        "given_by": ACTOR,
    }
    return common | values


SPECS = [
    Spec(
        "accounts",
        "a coordonnateur has territories",
        [],
        APPOINTED,
        {"mandates": [mandate("coordonnateur", territories=["34"])], "roles": ["coordonnateur"], "territories": ["34"]},
    ),
    Spec(
        "accounts",
        "school staff have schools",
        [],
        BOUND,
        {"mandates": [mandate("inspector", schools=[UAI])], "roles": ["inspector"]},
    ),
    Spec(
        "accounts",
        "an auditor has a last day",
        [],
        ADMITTED,
        {"mandates": [mandate("auditor", until="2027-06-30T00:00:00+00:00")], "roles": ["auditor"]},
    ),
    Spec(
        "accounts",
        "a speaker has a structure",
        [],
        JOINED,
        {"mandates": [mandate("structure", structure_id=str(OURS))], "roles": ["structure"], "structures": [str(OURS)]},
    ),
    Spec(
        "accounts",
        "a médiateur waits to be accepted",
        [],
        REGISTERED,
        {
            "mandates": [mandate("mediateur", accepted=False, structure_id=str(OURS))],
            "roles": ["mediateur"],
            "structures": [str(OURS)],
        },
    ),
    Spec(
        "accounts",
        "a second mandate comes after the first",
        [JOINED],
        APPOINTED.model_copy(update={"mandate_id": INVITATION_ID}),
        {
            "mandates": [
                mandate("structure", structure_id=str(OURS)),
                mandate("coordonnateur", id=str(INVITATION_ID), given_at=at(2).isoformat(), territories=["34"]),
            ],
            "roles": ["coordonnateur", "structure"],
            "territories": ["34"],
        },
    ),
    Spec(
        "accounts",
        "a médiateur is accepted",
        [REGISTERED],
        ACCEPTED,
        {"mandates": [mandate("mediateur", structure_id=str(OURS))]},
    ),
    Spec(
        "accounts",
        "a mandate ends, and its role with it",
        [APPOINTED],
        ENDED,
        {"mandates": [], "roles": [], "territories": []},
    ),
    Spec(
        "accounts",
        "an erased account has no mandate",
        [APPOINTED],
        AccountErased(person_id=PERSON),
        {"mandates": [], "roles": [], "territories": []},
    ),
    Spec(
        "accounts",
        "who prefers no mail is known without a mandate",
        [],
        MailPreferencesSet(
            person_id=PERSON, email="camille@exemple.fr", recipients=("national",), muted=("dossier.paid",)
        ),
        {"muted": ["dossier.paid"]},
    ),
    Spec(
        "account_people",
        "a coordonnateur is called by the subject",
        [],
        APPOINTED,
        {"subject": "camille@exemple.fr"},
    ),
    Spec(
        "account_people",
        "school staff are called by the subject",
        [],
        BOUND,
        {"subject": "camille@exemple.fr"},
    ),
    Spec(
        "account_people",
        "an auditor is called by the subject",
        [],
        ADMITTED,
        {"subject": "camille@exemple.fr"},
    ),
    Spec(
        "account_people",
        "a speaker is called by the subject",
        [],
        JOINED,
        {"subject": "camille@exemple.fr"},
    ),
    Spec(
        "account_people",
        "a médiateur is called by the subject",
        [],
        REGISTERED,
        {"subject": "camille@exemple.fr"},
    ),
    Spec(
        "account_people",
        "the address of mail preferences is added",
        [APPOINTED],
        MailPreferencesSet(person_id=PERSON, email="camille@exemple.fr", recipients=("national",), muted=()),
        {"email": "camille@exemple.fr"},
    ),
    Spec(
        "account_people",
        "an erased account has no row",
        [APPOINTED],
        AccountErased(person_id=PERSON),
        None,
    ),
    Spec(
        "invitations",
        "an invitation is open",
        [],
        SENT,
        {"structure_id": OURS, "status": "OPEN", "sent_at": at(1), "sent_by": ACTOR},
    ),
    Spec(
        "invitations",
        "an invitation is accepted",
        [SENT],
        InvitationAccepted(mandate_id=MANDATE),
        {"status": "ACCEPTED"},
    ),
    Spec(
        "invitations",
        "an invitation is taken back",
        [SENT],
        InvitationRevoked(),
        {"status": "REVOKED"},
    ),
    Spec(
        "invitations",
        "an erased address ends an open invitation",
        [SENT],
        InvitationErased(person_id=PERSON),
        {"status": "REVOKED"},
    ),
    Spec(
        "invitations",
        "an erased address leaves an accepted invitation",
        [SENT, InvitationAccepted(mandate_id=MANDATE)],
        InvitationErased(person_id=PERSON),
        {},
    ),
    Spec(
        "invited_people",
        "the address stands apart",
        [],
        SENT,
        {"email": "camille@exemple.fr"},
    ),
    Spec(
        "invited_people",
        "an erased address has no row",
        [SENT],
        InvitationErased(person_id=PERSON),
        None,
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
