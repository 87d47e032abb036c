"""The read models of candidatures: one row for each, with its steps. Personal data have a table of their own."""

from __future__ import annotations

from domain.candidatures.events import (
    AccompanimentCorrected,
    AccompanimentRecorded,
    CandidatureRejected,
    CandidatureRepeated,
    CandidatureSubmitted,
    CandidatureValidated,
    CandidatureWithdrawn,
    CertificateIssued,
    CertificateRequested,
    ContactRecorded,
    CoordonnateurInformed,
    OpinionGiven,
    PersonalDataErased,
    PixCertified,
    TrainingRecorded,
)
from domain.candidatures.transitions import CandidatureStatus
from domain.kernel.events import ERASED_WORDS
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table
from projections.schools.rollups import SCHOOL_CANDIDATURES

CANDIDATURES = Projection(
    name="candidatures",
    table=Table(
        columns={
            "candidature_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "status": "text NOT NULL",
            "territory": "text NOT NULL",
            "school_uai": "text NOT NULL",
            "degree": "text NOT NULL",
            "person_id": "uuid NOT NULL",
            "favourable": "boolean",
            "submitted_at": "timestamptz NOT NULL",
            "decided_at": "timestamptz",
            "informed_at": "timestamptz",
            "erased_at": "timestamptz",
            "validated_at": "timestamptz",
            "contacted_on": "date",
            "trainings": "jsonb NOT NULL",
            "pix_on": "date",
            "certificate_requested_at": "timestamptz",
            "certificate_number": "text",
            "certificate_on": "date",
            "certificate_trainings": "jsonb NOT NULL",
            "certificate_pix_on": "date",
            # The candidature that it only repeats: shown to whoever sent it, and counted nowhere.
            "repeats": "uuid",
        },
        labels={
            "status": "état",
            "submitted_at": "déposé le",
            "decided_at": "décidée le",
            "informed_at": "coordonnateur informé le",
            "erased_at": "données effacées le",
            "validated_at": "validée le",
            "contacted_on": "contact pris le",
            "trainings": "formations",
            "pix_on": "certification Pix le",
            "certificate_requested_at": "attestation demandée le",
            "certificate_number": "attestation n°",
            "certificate_on": "attestation délivrée le",
            "certificate_trainings": "formations attestées",
            "certificate_pix_on": "Pix attesté le",
        },
        key=("candidature_id",),
        indexes=(
            "(submitted_at, candidature_id)",
            "(territory, submitted_at, candidature_id)",
            "(school_uai, submitted_at, candidature_id)",
            "(status, submitted_at, candidature_id)",
            "(person_id)",
            "(certificate_number) WHERE certificate_number IS NOT NULL",
            "(submitted_at, candidature_id) WHERE status = 'VALIDATED' AND contacted_on IS NULL AND erased_at IS NULL",
        ),
    ),
    rollups=(SCHOOL_CANDIDATURES,),
    opens_words=True,
    revision=2,
)

_PERSONAL = (
    *("first_name", "last_name", "email", "phone", "motivation"),
    *("opinion_comment", "decision_reason", "contact_note"),
)

CANDIDATURE_PEOPLE = Projection(
    name="candidature_people",
    table=Table(
        columns={"candidature_id": "uuid NOT NULL", **dict.fromkeys(_PERSONAL, "text")},
        key=("candidature_id",),
    ),
    opens_personal=True,
)


@CANDIDATURES.creates(CandidatureSubmitted, CandidatureRepeated)
def submitted(fact: CandidatureSubmitted, record: Recorded) -> Row:
    return {
        "status": CandidatureStatus.SUBMITTED.value,
        "territory": fact.territory,
        "school_uai": fact.school_uai,
        "degree": fact.degree.value,
        "person_id": fact.person_id,
        "favourable": None,
        "submitted_at": record.stamp.recorded_at,
        "decided_at": None,
        "informed_at": None,
        "erased_at": None,
        "validated_at": None,
        "contacted_on": None,
        "trainings": [],
        "pix_on": None,
        "certificate_requested_at": None,
        "certificate_number": None,
        "certificate_on": None,
        "certificate_trainings": [],
        "certificate_pix_on": None,
        "repeats": fact.repeats if isinstance(fact, CandidatureRepeated) else None,
    }


@CANDIDATURE_PEOPLE.creates(CandidatureSubmitted, CandidatureRepeated)
def named(fact: CandidatureSubmitted, record: Recorded) -> Row:
    return {**{name: getattr(fact, name) for name in _PERSONAL[:5]}, **dict.fromkeys(_PERSONAL[5:])}


@CANDIDATURES.on(OpinionGiven)
def opinion_given(row: Row, fact: OpinionGiven, record: Recorded) -> Row:
    return row | {"status": CandidatureStatus.OPINION_GIVEN.value, "favourable": fact.favourable}


# Without a row the person was erased: the candidature may go on.
@CANDIDATURE_PEOPLE.on(OpinionGiven, missing_ok=True)
def opinion_commented(row: Row, fact: OpinionGiven, record: Recorded) -> Row:
    return row | {"opinion_comment": fact.comment}


@CANDIDATURES.on(CandidatureValidated)
def validated(row: Row, fact: CandidatureValidated, record: Recorded) -> Row:
    at = record.stamp.recorded_at
    return row | {"status": CandidatureStatus.VALIDATED.value, "decided_at": at, "validated_at": at}


@CANDIDATURES.on(CandidatureRejected)
def rejected(row: Row, fact: CandidatureRejected, record: Recorded) -> Row:
    return row | {"status": CandidatureStatus.REJECTED.value, "decided_at": record.stamp.recorded_at}


@CANDIDATURE_PEOPLE.on(CandidatureRejected, missing_ok=True)
def rejection_explained(row: Row, fact: CandidatureRejected, record: Recorded) -> Row:
    return row | {"decision_reason": fact.reason}


@CANDIDATURES.on(CandidatureWithdrawn)
def withdrawn(row: Row, fact: CandidatureWithdrawn, record: Recorded) -> Row:
    return row | {"status": CandidatureStatus.WITHDRAWN.value, "decided_at": record.stamp.recorded_at}


@CANDIDATURE_PEOPLE.on(CandidatureWithdrawn, missing_ok=True)
def withdrawal_explained(row: Row, fact: CandidatureWithdrawn, record: Recorded) -> Row:
    return row | {"decision_reason": fact.reason}


@CANDIDATURES.on(CoordonnateurInformed)
def coordonnateur_informed(row: Row, fact: CoordonnateurInformed, record: Recorded) -> Row:
    return row | {"informed_at": record.stamp.recorded_at}


@CANDIDATURES.on(ContactRecorded)
def contacted(row: Row, fact: ContactRecorded, record: Recorded) -> Row:
    """The latest contact, whatever the order of recording."""
    return row | {"contacted_on": max(row["contacted_on"] or fact.on, fact.on)}


@CANDIDATURE_PEOPLE.on(ContactRecorded, missing_ok=True)
def noted(row: Row, fact: ContactRecorded, record: Recorded) -> Row:
    """A contact without a note leaves the last one."""
    return row if fact.note is None else row | {"contact_note": fact.note}


@CANDIDATURES.on(TrainingRecorded)
def trained(row: Row, fact: TrainingRecorded, record: Recorded) -> Row:
    return row | {"trainings": [*row["trainings"], {"on": fact.on.isoformat(), "subject": fact.subject}]}


@CANDIDATURES.on(PixCertified)
def pix_certified(row: Row, fact: PixCertified, record: Recorded) -> Row:
    return row | {"pix_on": fact.on}


@CANDIDATURES.on(CertificateRequested)
def certificate_requested(row: Row, fact: CertificateRequested, record: Recorded) -> Row:
    return row | {"certificate_requested_at": record.stamp.recorded_at}


@CANDIDATURES.on(CertificateIssued)
def certified(row: Row, fact: CertificateIssued, record: Recorded) -> Row:
    # What stands on it is what was so when it was issued, whatever is recorded afterwards.
    stands = {"certificate_trainings": row["trainings"], "certificate_pix_on": row["pix_on"]}
    return row | {"certificate_number": fact.number, "certificate_on": fact.on, **stands}


@CANDIDATURES.on(PersonalDataErased)
def erased(row: Row, fact: PersonalDataErased, record: Recorded) -> Row:
    """Keep what was recorded of trainings, without the words."""
    trainings = {
        name: [training | {"subject": ERASED_WORDS} for training in row[name]]
        for name in ("trainings", "certificate_trainings")
    }
    return row | {"erased_at": record.stamp.recorded_at, **trainings}


CANDIDATURE_PEOPLE.removes(PersonalDataErased)
# Read from a table of their own; who acts next still names the version that they made.
CANDIDATURES.touched_by(AccompanimentRecorded, AccompanimentCorrected)
