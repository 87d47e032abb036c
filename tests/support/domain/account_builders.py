"""Mandates and invitations with sensible values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.accounts.events import (
    AuditorAdmitted,
    CoordonnateurAppointed,
    InvitationSent,
    MandateEnded,
    MediateurAccepted,
    MediateurRegistered,
    SchoolStaffBound,
    SpeakerJoined,
)
from tests.support.domain.builders import OURS, PERSON, UAI

MANDATE = UUID("00000000-0000-4000-8000-0000000000e1")
INVITATION_ID = UUID("00000000-0000-4000-8000-0000000000e2")
UNTIL = datetime(2027, 6, 30, tzinfo=UTC)
SAID: dict[str, Any] = {"mandate_id": MANDATE, "person_id": PERSON, "subject": "camille@exemple.fr"}

APPOINTED = CoordonnateurAppointed(**SAID, territories=("34",))
BOUND = SchoolStaffBound(**SAID, staff_role="inspector", territory="34", schools=(UAI,))
ADMITTED = AuditorAdmitted(**SAID, until=UNTIL)
JOINED = SpeakerJoined(**SAID, structure_id=OURS, invitation_id=INVITATION_ID)
REGISTERED = MediateurRegistered(**SAID, structure_id=OURS)
ACCEPTED = MediateurAccepted(mandate_id=MANDATE)
ENDED = MandateEnded(mandate_id=MANDATE)
SENT = InvitationSent(structure_id=OURS, territories=("34",), person_id=PERSON, email="camille@exemple.fr")
