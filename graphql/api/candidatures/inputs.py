"""Inputs of the mutations on candidatures."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.commanding.inputs import Repeatable, Versioned, reference, value_of
from domain.candidatures.events import Degree
from domain.candidatures.missions import Mission


@strawberry.input(
    description="A parent volunteers to help other parents, for one school. What is said of them is kept encrypted."
)
class CandidatureSubmitInput(Repeatable):
    territory: str | None = value_of("Code of a territory that runs the scheme. Mandatory.")
    school_uai: str | None = value_of("UAI of the school: seven digits and a check letter. Mandatory.")
    degree: Degree | None = value_of(
        "FIRST for an école, SECOND for a collège or lycée. It follows from the school where that is known, and is"
        " mandatory elsewhere."
    )
    first_name: str | None = value_of("First name. Mandatory.")
    last_name: str | None = value_of("Last name. Mandatory.")
    email: str | None = value_of("E-mail address. Mandatory.")
    phone: str | None = value_of("Telephone number.")
    motivation: str | None = value_of("Why they volunteer, 5,000 characters at most. Mandatory.")


@strawberry.input
class CandidatureChangeInput(Versioned):
    """An input on an existing candidature; used by other inputs only."""

    candidature_id: strawberry.ID = reference("The candidature.")


@strawberry.input(description="The school director's opinion, which never decides.")
class CandidatureGiveOpinionInput(CandidatureChangeInput):
    favourable: bool | None = value_of("Whether the director is in favour. Mandatory.")
    comment: str | None = value_of("What the director has to say, 2,000 characters at most.")


@strawberry.input(description="A candidature to be validated.")
class CandidatureValidateInput(CandidatureChangeInput):
    pass


@strawberry.input(description="A candidature that is rejected.")
class CandidatureRejectInput(CandidatureChangeInput):
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")


@strawberry.input
class CandidateInput(Versioned):
    """An input of the candidate; used by other inputs only."""

    candidature_id: strawberry.ID | None = value_of("The candidature; or its `link`.")
    link: str | None = value_of("The candidature's link, as it was received, for who is not signed in.")


@strawberry.input(description="A candidature that the parent takes back.")
class CandidatureWithdrawInput(CandidateInput):
    reason: str | None = value_of("Why, 2,000 characters at most.")


@strawberry.input(description="A certificate of volunteering that is asked for.")
class CandidatureRequestCertificateInput(CandidateInput):
    pass


@strawberry.input(description="A contact with a volunteer.")
class CandidatureRecordContactInput(CandidatureChangeInput):
    on: date | None = value_of("The day, in the territory. Mandatory.")
    note: str | None = value_of("What was said, 2,000 characters at most. Kept encrypted.")


@strawberry.input(description="A training that a volunteer followed.")
class CandidatureRecordTrainingInput(CandidatureChangeInput):
    on: date | None = value_of("The day, in the territory. Mandatory.")
    subject: str | None = value_of("What it was about. Mandatory.")


@strawberry.input(description="A volunteer's Pix certification.")
class CandidatureRecordPixInput(CandidatureChangeInput):
    on: date | None = value_of("The day. Mandatory.")


@strawberry.input(description="A certificate of volunteering that is issued.")
class CandidatureIssueCertificateInput(CandidatureChangeInput):
    pass


@strawberry.input(description="How many parents a volunteer helped on a day. Nobody is named.")
class CandidatureRecordAccompanimentInput(CandidateInput):
    on: date | None = value_of("The day. Mandatory.")
    mission: Mission | None = value_of("Which of the missions, but TAKE_PART, which animations tell. Mandatory.")
    parents: int | None = value_of("How many parents, 1 to 500. Mandatory.")


@strawberry.input(description="What a record of help should have said.")
class CandidatureCorrectAccompanimentInput(CandidateInput):
    number: int | None = value_of("The record, as `accompaniments` numbers it. Mandatory.")
    on: date | None = value_of("The day. Mandatory.")
    mission: Mission | None = value_of("Which of the missions, but TAKE_PART. Mandatory.")
    parents: int | None = value_of("How many parents, 0 to 500; 0 takes the record back. Mandatory.")
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")
