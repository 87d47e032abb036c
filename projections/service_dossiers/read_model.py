"""The read model of service dossiers: one row for each, with its lines, pieces and amendments as they were recorded."""

from __future__ import annotations

from domain.kernel.events import ERASED_WORDS
from domain.service_dossiers.events import (
    AmendmentAccepted,
    AmendmentProposed,
    AmendmentRefused,
    DossierCertified,
    DossierGathered,
    DossierOpened,
    DossierPaid,
    DossierReturned,
    DossierSubmitted,
    DossierWordsErased,
    PieceAttached,
)
from domain.service_dossiers.transitions import AmendmentStatus, DossierStatus
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, moved, words_erased

_COLUMNS = {
    "dossier_id": "uuid NOT NULL",
    "version": "integer NOT NULL",
    "status": "text NOT NULL",
    "structure_id": "uuid NOT NULL",
    "convention_id": "uuid NOT NULL",
    "territory": "text NOT NULL",
    "period_from": "date NOT NULL",
    "period_until": "date NOT NULL",
    "animation_ids": "uuid[] NOT NULL",
    "pieces": "jsonb NOT NULL",
    "lines": "jsonb NOT NULL",
    "amendments": "jsonb NOT NULL",
    "opened_at": "timestamptz NOT NULL",
    "opened_by": "text NOT NULL",
    "submitted_at": "timestamptz",
    "submitted_by": "text",
    "rate_per_animation": "numeric(9, 2)",
    "planned_animations": "integer",
    "required_pieces": "text[]",
    "amount": "numeric(16, 2)",
    "returned_at": "timestamptz",
    "returned_by": "text",
    "return_reason": "text",
    "certified_at": "timestamptz",
    "certified_by": "text",
    "already_certified": "integer",
    "overrun_reason": "text",
    "paid_on": "date",
    "payment_reference": "text",
    "payment_recorded_at": "timestamptz",
    "payment_recorded_by": "text",
}


_OWN_WORDS_ERASED = words_erased("return_reason", "overrun_reason")


def _opened(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, DossierOpened)
    return {
        **dict.fromkeys(_COLUMNS),
        **fact.model_dump(),
        "dossier_id": record.originator_id,
        "version": record.originator_version,
        "status": DossierStatus.OPEN.value,
        "animation_ids": [],
        "pieces": [],
        "lines": [],
        "amendments": [],
        "opened_at": record.stamp.recorded_at,
        "opened_by": record.stamp.actor,
    }


def _gathered(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, DossierGathered)
    return moved(row, record, status=DossierStatus.OPEN.value, animation_ids=list(fact.animation_ids))


def _piece(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, PieceAttached)
    others = [piece for piece in row["pieces"] if piece["piece"] != fact.piece]
    attached = {**fact.model_dump(), "attached_at": record.stamp.recorded_at.isoformat()}
    return moved(row, record, pieces=[*others, attached])


def _submitted(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, DossierSubmitted)
    return moved(
        row,
        record,
        status=DossierStatus.SUBMITTED.value,
        lines=[line.model_dump(mode="json") for line in fact.lines],
        rate_per_animation=fact.rate_per_animation,
        planned_animations=fact.planned_animations,
        required_pieces=list(fact.required_pieces),
        amount=fact.amount,
        submitted_at=record.stamp.recorded_at,
        submitted_by=fact.submitted_by,
    )


def _returned(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, DossierReturned)
    return moved(
        row,
        record,
        status=DossierStatus.RETURNED.value,
        return_reason=fact.reason,
        returned_at=record.stamp.recorded_at,
        returned_by=record.stamp.actor,
    )


def _certified(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, DossierCertified)
    return moved(
        row,
        record,
        status=DossierStatus.CERTIFIED.value,
        amount=fact.amount,
        planned_animations=fact.planned_animations,
        already_certified=fact.already_certified,
        overrun_reason=fact.overrun_reason,
        certified_at=record.stamp.recorded_at,
        certified_by=record.stamp.actor,
    )


def _paid(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, DossierPaid)
    return moved(
        row,
        record,
        status=DossierStatus.PAID.value,
        paid_on=fact.paid_on,
        payment_reference=fact.reference,
        payment_recorded_at=record.stamp.recorded_at,
        payment_recorded_by=record.stamp.actor,
    )


def _proposed(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, AmendmentProposed)
    told = fact.model_dump(mode="json", include={"number", "animation_id", "parents", "children", "reason"})
    proposed = {**told, "status": AmendmentStatus.PENDING.value, "proposed_at": record.stamp.recorded_at.isoformat()}
    return moved(row, record, amendments=[*row["amendments"], proposed])


def _decided(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, AmendmentAccepted | AmendmentRefused)
    refused = isinstance(fact, AmendmentRefused)
    decision = {
        "status": (AmendmentStatus.REFUSED if refused else AmendmentStatus.ACCEPTED).value,
        "decided_at": record.stamp.recorded_at.isoformat(),
        "decided_by": record.stamp.actor,
        "refusal_reason": fact.reason if isinstance(fact, AmendmentRefused) else None,
    }
    amendments = [one | decision if one["number"] == fact.number else one for one in row["amendments"]]
    return moved(row, record, amendments=amendments)


def _words_erased(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    reasons = ("reason", "refusal_reason")
    amendments = [one | {name: ERASED_WORDS for name in reasons if one.get(name)} for one in row["amendments"]]
    return moved(_OWN_WORDS_ERASED(row, record), record, amendments=amendments)


SERVICE_DOSSIERS = Projection(
    name="service_dossiers",
    table=Table(
        columns=_COLUMNS,
        key=("dossier_id",),
        indexes=(
            "(opened_at, dossier_id)",
            "(structure_id, opened_at, dossier_id)",
            "(territory, opened_at, dossier_id)",
            "(convention_id, opened_at, dossier_id)",
            "(status, opened_at, dossier_id)",
            "(certified_at) WHERE certified_at IS NOT NULL",
        ),
    ),
    folds={
        DossierOpened: _opened,
        DossierGathered: _gathered,
        PieceAttached: _piece,
        DossierSubmitted: _submitted,
        DossierReturned: _returned,
        DossierCertified: _certified,
        DossierPaid: _paid,
        AmendmentProposed: _proposed,
        AmendmentAccepted: _decided,
        AmendmentRefused: _decided,
        DossierWordsErased: _words_erased,
    },
    opens_words=True,
)
