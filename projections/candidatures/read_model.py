"""The read models of candidatures: the course of each, and apart from it what is personal, in clear for the few."""

from __future__ import annotations

from domain.candidatures.candidature import CandidatureStatus
from domain.candidatures.events import (
    CandidatureRejected,
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
from domain.kernel.events import ERASED_WORDS
from eventstore.records import Recorded
from projections.engine.projection import Fold, Projection, Row, Table, moved


def _submitted(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, CandidatureSubmitted)
    return {
        "candidature_id": record.originator_id,
        "version": record.originator_version,
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
    }


def _opinion(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, OpinionGiven)
    return {**_moved(row, record, CandidatureStatus.OPINION_GIVEN), "favourable": fact.favourable}


def _moved(row: Row | None, record: Recorded, status: CandidatureStatus) -> Row:
    assert row is not None
    return {**row, "version": record.originator_version, "status": status.value}


def _decided(status: CandidatureStatus) -> Fold:
    def fold(row: Row | None, record: Recorded) -> Row:
        return {**_moved(row, record, status), "decided_at": record.stamp.recorded_at}

    return fold


def _dated(column: str) -> Fold:
    def fold(row: Row | None, record: Recorded) -> Row:
        assert row is not None
        return {**row, "version": record.originator_version, column: record.stamp.recorded_at}

    return fold


def _validated(row: Row | None, record: Recorded) -> Row:
    at = record.stamp.recorded_at
    return {**_moved(row, record, CandidatureStatus.VALIDATED), "decided_at": at, "validated_at": at}


def _contacted(row: Row | None, record: Recorded) -> Row:
    """The latest contact, whatever the order of recording."""
    fact = record.event
    assert isinstance(fact, ContactRecorded)
    assert row is not None
    return moved(row, record, contacted_on=max(row["contacted_on"] or fact.on, fact.on))


def _pix(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, PixCertified)
    return moved(row, record, pix_on=fact.on)


def _trained(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, TrainingRecorded)
    assert row is not None
    told = {"on": fact.on.isoformat(), "subject": fact.subject}
    return moved(row, record, trainings=[*row["trainings"], told])


def _erased(row: Row | None, record: Recorded) -> Row:
    """What was recorded of trainings stays, without the words."""
    assert row is not None
    trainings = {
        name: [training | {"subject": ERASED_WORDS} for training in row[name]]
        for name in ("trainings", "certificate_trainings")
    }
    return moved(row, record, erased_at=record.stamp.recorded_at, **trainings)


def _certified(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, CertificateIssued)
    assert row is not None
    # What stands on it is what was so when it was issued, whatever is recorded afterwards.
    stands = {"certificate_trainings": row["trainings"], "certificate_pix_on": row["pix_on"]}
    return moved(row, record, certificate_number=fact.number, certificate_on=fact.on, **stands)


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
        },
        key=("candidature_id",),
        indexes=(
            "(submitted_at, candidature_id)",
            "(territory, submitted_at, candidature_id)",
            "(school_uai, submitted_at, candidature_id)",
            "(person_id)",
        ),
    ),
    folds={
        CandidatureSubmitted: _submitted,
        OpinionGiven: _opinion,
        CandidatureValidated: _validated,
        CandidatureRejected: _decided(CandidatureStatus.REJECTED),
        CandidatureWithdrawn: _decided(CandidatureStatus.WITHDRAWN),
        CoordonnateurInformed: _dated("informed_at"),
        PersonalDataErased: _erased,
        ContactRecorded: _contacted,
        TrainingRecorded: _trained,
        PixCertified: _pix,
        CertificateRequested: _dated("certificate_requested_at"),
        CertificateIssued: _certified,
    },
    opens_words=True,
)

_PERSONAL = (
    *("first_name", "last_name", "email", "phone", "motivation"),
    *("opinion_comment", "decision_reason", "contact_note"),
)


def _named(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, CandidatureSubmitted)
    told = {name: getattr(fact, name) for name in _PERSONAL[:5]}
    return {"candidature_id": record.originator_id, **told, **dict.fromkeys(_PERSONAL[5:])}


def _written(column: str, field: str) -> Fold:
    def fold(row: Row | None, record: Recorded) -> Row | None:
        # Without a row the person was erased: the course of the candidature may go on.
        return None if row is None else {**row, column: getattr(record.event, field)}

    return fold


def _noted(row: Row | None, record: Recorded) -> Row | None:
    """A contact without a note leaves the last one."""
    assert isinstance(record.event, ContactRecorded)
    return row if row is None or record.event.note is None else {**row, "contact_note": record.event.note}


def _forgotten(row: Row | None, record: Recorded) -> None:
    return None


CANDIDATURE_PEOPLE = Projection(
    name="candidature_people",
    table=Table(
        columns={"candidature_id": "uuid NOT NULL", **dict.fromkeys(_PERSONAL, "text")},
        key=("candidature_id",),
    ),
    folds={
        CandidatureSubmitted: _named,
        OpinionGiven: _written("opinion_comment", "comment"),
        CandidatureRejected: _written("decision_reason", "reason"),
        CandidatureWithdrawn: _written("decision_reason", "reason"),
        ContactRecorded: _noted,
        PersonalDataErased: _forgotten,
    },
    opens_personal=True,
)
