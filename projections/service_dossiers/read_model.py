"""The read model of service dossiers: one row for each, with its lines, pieces and amendments as recorded."""

from __future__ import annotations

from domain.kernel.dossier_status import DossierStatus
from domain.kernel.events import ERASED_WORDS
from domain.service_dossiers.dues import NOTHING
from domain.service_dossiers.events import (
    AmendmentAccepted,
    AmendmentProposed,
    AmendmentRefused,
    DossierCertified,
    DossierDiscarded,
    DossierGathered,
    DossierOpened,
    DossierPaid,
    DossierReturned,
    DossierSubmitted,
    DossierWordsErased,
)
from domain.service_dossiers.payment import reference_key
from domain.service_dossiers.transitions import AmendmentStatus
from eventstore.records import Recorded, Stamp
from projections.acts import with_act
from projections.engine.projection import Projection, Row, Table, erased_words
from projections.service_dossiers.afterwards import AFTERWARDS, before_submission
from projections.service_dossiers.pieces import PIECES

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
    "amendments_to_decide": "integer NOT NULL",
    "opened_at": "timestamptz NOT NULL",
    "opened_by": "text NOT NULL",
    "submitted_at": "timestamptz",
    "submitted_by": "text",
    "rate_per_animation": "numeric(9, 2)",
    # The rate that the convention said last when it was submitted.
    "agreed_rate": "numeric(9, 2)",
    "planned_animations": "integer",
    "required_pieces": "text[]",
    "amount": "numeric(16, 2)",
    "submitted_amount": "numeric(16, 2)",
    "returned_at": "timestamptz",
    "returned_by": "text",
    "return_reason": "text",
    "discard_reason": "text",
    "certified_at": "timestamptz",
    "certified_by": "text",
    "already_certified": "integer",
    "overrun_reason": "text",
    "missing_sheets": "uuid[]",
    "missing_pieces": "text[]",
    "missing_reason": "text",
    "warnings": "jsonb",
    "warnings_reason": "text",
    "withdrawn_at": "timestamptz",
    "withdrawn_by": "text",
    "withdrawal_reason": "text",
    "paid_on": "date",
    "paid_amount": "numeric(16, 2)",
    "payment_reference": "text",
    "payment_key": "text",
    "payment_reason": "text",
    "also_paid": "uuid[]",
    "payment_recorded_at": "timestamptz",
    "payment_recorded_by": "text",
    "to_recover": "numeric(16, 2) NOT NULL",
    "recovered": "numeric(16, 2) NOT NULL",
    "recoveries": "jsonb NOT NULL",
    "acts": "jsonb NOT NULL",
    "controls": "jsonb NOT NULL",
}

_REASONS = (
    "return_reason",
    "discard_reason",
    "overrun_reason",
    "missing_reason",
    "warnings_reason",
    "withdrawal_reason",
    "payment_reason",
)


def _derive(row: Row) -> Row:
    pending = sum(amendment["status"] == AmendmentStatus.PENDING for amendment in row["amendments"])
    return row | {"amendments_to_decide": pending}


SERVICE_DOSSIERS = Projection(
    name="service_dossiers",
    table=Table(
        columns=_COLUMNS,
        labels={
            "status": "état",
            "structure_id": "structure",
            "pieces": "pièces jointes",
            "amendments": "demandes de rectification",
            "amendments_to_decide": "demandes à décider",
            "opened_at": "ouvert le",
            "opened_by": "ouvert par",
            "submitted_at": "déposé le",
            "returned_at": "renvoyé le",
            "returned_by": "renvoyé par",
            "return_reason": "motif du renvoi",
            "discard_reason": "motif de l'abandon",
            "certified_at": "certifié le",
            "certified_by": "certifié par",
            "submitted_amount": "montant soumis (€)",
            "withdrawn_at": "certification retirée le",
            "withdrawn_by": "certification retirée par",
            "withdrawal_reason": "motif du retrait",
            "paid_amount": "montant payé (€)",
            "recovered": "recouvré (€)",
            "recoveries": "recouvrements",
            "payment_reference": "référence du paiement",
            "payment_key": "référence comparée",
            "payment_reason": "motif du paiement groupé",
            "payment_recorded_at": "paiement noté le",
            "payment_recorded_by": "paiement noté par",
            "controls": "contrôles par sondage",
        },
        key=("dossier_id",),
        indexes=(
            "(opened_at, dossier_id)",
            "(structure_id, opened_at, dossier_id)",
            "(territory, opened_at, dossier_id)",
            "(convention_id, opened_at, dossier_id)",
            "(status, opened_at, dossier_id)",
            "(opened_at, dossier_id) WHERE amendments_to_decide > 0",
            "(payment_key) WHERE payment_key IS NOT NULL",
        ),
    ),
    derive=_derive,
    opens_words=True,
)


@SERVICE_DOSSIERS.creates(DossierOpened)
def opened(fact: DossierOpened, record: Recorded) -> Row:
    return {
        **dict.fromkeys(_COLUMNS),
        **fact.model_dump(),
        "status": DossierStatus.OPEN.value,
        "animation_ids": [],
        "pieces": [],
        "lines": [],
        "amendments": [],
        "to_recover": NOTHING,
        "recovered": NOTHING,
        "recoveries": [],
        "controls": [],
        "opened_at": record.stamp.recorded_at,
        "opened_by": record.stamp.actor,
        "acts": with_act([], record),
    }


@SERVICE_DOSSIERS.on(DossierGathered)
def gathered(row: Row, fact: DossierGathered, record: Recorded) -> Row:
    return row | {
        "status": DossierStatus.OPEN.value,
        "animation_ids": list(fact.animation_ids),
        "acts": with_act(row["acts"], record),
    }


@SERVICE_DOSSIERS.on(DossierDiscarded)
def discarded(row: Row, fact: DossierDiscarded, record: Recorded) -> Row:
    return row | {
        "status": DossierStatus.DISCARDED.value,
        "discard_reason": fact.reason,
        "animation_ids": [],
        "acts": with_act(row["acts"], record),
    }


@SERVICE_DOSSIERS.on(DossierSubmitted)
def submitted(row: Row, fact: DossierSubmitted, record: Recorded) -> Row:
    return row | {
        "status": DossierStatus.SUBMITTED.value,
        "lines": [line.model_dump(mode="json") for line in fact.lines],
        "rate_per_animation": fact.rate_per_animation,
        "agreed_rate": fact.agreed_rate,
        "planned_animations": fact.planned_animations,
        "required_pieces": list(fact.required_pieces),
        "amount": fact.amount,
        "submitted_amount": fact.amount,
        "controls": [before_submission(control) for control in row["controls"]],
        "submitted_at": record.stamp.recorded_at,
        "submitted_by": fact.submitted_by,
        "acts": with_act(row["acts"], record),
    }


@SERVICE_DOSSIERS.on(DossierReturned)
def returned(row: Row, fact: DossierReturned, record: Recorded) -> Row:
    return row | {
        "status": DossierStatus.RETURNED.value,
        "return_reason": fact.reason,
        "returned_at": record.stamp.recorded_at,
        "returned_by": record.stamp.actor,
    }


@SERVICE_DOSSIERS.on(DossierCertified)
def certified(row: Row, fact: DossierCertified, record: Recorded) -> Row:
    return row | {
        "status": DossierStatus.CERTIFIED.value,
        "amount": fact.amount,
        "planned_animations": fact.planned_animations,
        "already_certified": fact.already_certified,
        "overrun_reason": fact.overrun_reason,
        "missing_sheets": list(fact.missing_sheets),
        "missing_pieces": list(fact.missing_pieces),
        "missing_reason": fact.missing_reason,
        "warnings": [warning.model_dump(mode="json") for warning in fact.warnings],
        "warnings_reason": fact.warnings_reason,
        "certified_at": record.stamp.recorded_at,
        "certified_by": record.stamp.actor,
        "acts": with_act(row["acts"], record),
    }


@SERVICE_DOSSIERS.on(DossierPaid)
def paid(row: Row, fact: DossierPaid, record: Recorded) -> Row:
    return row | {
        "status": DossierStatus.PAID.value,
        "paid_on": fact.paid_on,
        "paid_amount": fact.amount,
        "payment_reference": fact.reference,
        "payment_key": reference_key(fact.reference),
        "payment_reason": fact.reason,
        "also_paid": list(fact.also_paid),
        "payment_recorded_at": record.stamp.recorded_at,
        "payment_recorded_by": record.stamp.actor,
    }


@SERVICE_DOSSIERS.on(AmendmentProposed)
def amendment_proposed(row: Row, fact: AmendmentProposed, record: Recorded) -> Row:
    amendment = {
        **fact.model_dump(mode="json", include={"number", "animation_id", "parents", "children", "reason"}),
        "status": AmendmentStatus.PENDING.value,
        "proposed_at": record.stamp.recorded_at.isoformat(),
    }
    return row | {"amendments": [*row["amendments"], amendment], "acts": with_act(row["acts"], record)}


@SERVICE_DOSSIERS.on(AmendmentAccepted)
def amendment_accepted(row: Row, fact: AmendmentAccepted, record: Recorded) -> Row:
    sums = fact.model_dump(mode="json", exclude={"number"})
    row = _decided(row, fact.number, record.stamp, AmendmentStatus.ACCEPTED, **sums)
    if fact.amount_after is None:
        return row
    return row | {"amount": fact.amount_after, "to_recover": fact.to_recover}


@SERVICE_DOSSIERS.on(AmendmentRefused)
def amendment_refused(row: Row, fact: AmendmentRefused, record: Recorded) -> Row:
    return _decided(row, fact.number, record.stamp, AmendmentStatus.REFUSED, refusal_reason=fact.reason)


def _decided(row: Row, number: int, stamp: Stamp, status: AmendmentStatus, **further: str | None) -> Row:
    decision = {
        "status": status.value,
        "decided_at": stamp.recorded_at.isoformat(),
        "decided_by": stamp.actor,
        "refusal_reason": None,
        **further,
    }
    amendments = row["amendments"]
    return row | {"amendments": [each | decision if each["number"] == number else each for each in amendments]}


@SERVICE_DOSSIERS.on(DossierWordsErased)
def words_erased(row: Row, fact: DossierWordsErased, record: Recorded) -> Row:
    reasons = ("reason", "refusal_reason")
    amendments = [each | {name: ERASED_WORDS for name in reasons if each.get(name)} for each in row["amendments"]]
    return row | erased_words(row, *_REASONS) | {"amendments": amendments}


for _event, _fold in (*AFTERWARDS.items(), *PIECES.items()):
    SERVICE_DOSSIERS.on(_event)(_fold)
