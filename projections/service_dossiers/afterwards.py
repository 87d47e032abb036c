"""Fold the later course of a certified dossier: withdrawn, recovered, drawn for a control and controlled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.kernel.dossier_status import DossierStatus
from domain.kernel.events import Event
from domain.service_dossiers.dues import NOTHING
from domain.service_dossiers.events import CertificationWithdrawn, DossierControlled, DossierDrawn, DossierRecovered
from domain.service_dossiers.transitions import AmendmentStatus
from eventstore.records import Recorded
from projections.engine.projection import Row

#: Columns that a certification withdrawn before payment leaves empty.
_CERTIFIED = (
    *("certified_at", "certified_by", "already_certified", "overrun_reason"),
    *("missing_sheets", "missing_pieces", "missing_reason", "warnings", "warnings_reason"),
)


def _withdrawn(row: Row, fact: CertificationWithdrawn, record: Recorded) -> Row:
    row |= {
        "withdrawn_at": record.stamp.recorded_at,
        "withdrawn_by": record.stamp.actor,
        "withdrawal_reason": fact.reason,
        "amendments": [_lapsed(each) for each in row["amendments"]],
        "to_recover": fact.to_recover,
    }
    if row["paid_on"] is not None:
        return row | {"status": DossierStatus.WITHDRAWN.value, "amount": NOTHING}
    return (
        row | dict.fromkeys(_CERTIFIED) | {"status": DossierStatus.SUBMITTED.value, "amount": row["submitted_amount"]}
    )


def _lapsed(amendment: Row) -> Row:
    pending = amendment["status"] == AmendmentStatus.PENDING
    return amendment | {"status": AmendmentStatus.LAPSED.value} if pending else amendment


def _recovered(row: Row, fact: DossierRecovered, record: Recorded) -> Row:
    recovery = {
        **fact.model_dump(mode="json", exclude={"to_recover"}),
        "recorded_at": record.stamp.recorded_at.isoformat(),
        "recorded_by": record.stamp.actor,
    }
    return row | {
        "to_recover": fact.to_recover,
        "recovered": row["recovered"] + fact.amount,
        "recoveries": [*row["recoveries"], recovery],
    }


def _drawn(row: Row, fact: DossierDrawn, record: Recorded) -> Row:
    control = {"control_id": str(fact.control_id), "drawn_at": record.stamp.recorded_at.isoformat(), "weighs": True}
    return row | {"controls": [*row["controls"], control]}


def _controlled(row: Row, fact: DossierControlled, record: Recorded) -> Row:
    outcome = {
        **fact.model_dump(mode="json", exclude={"to_recover"}),
        "concluded_at": record.stamp.recorded_at.isoformat(),
        "concluded_by": record.stamp.actor,
        "weighs": True,
    }
    # A control that was opened before draws were recorded here leaves its outcome alone.
    before = [each for each in row["controls"] if each["control_id"] == outcome["control_id"]] or [{}]
    others = [each for each in row["controls"] if each["control_id"] != outcome["control_id"]]
    return row | {"controls": [*others, *(each | outcome for each in before)], "to_recover": fact.to_recover}


def before_submission(control: Row) -> Row:
    """Return a closed control of an earlier submission: what it refused weighs on the dossier no more."""
    return control | {"weighs": "concluded_at" not in control}


AFTERWARDS: Mapping[type[Event], Callable[[Row, Any, Recorded], Row]] = {
    CertificationWithdrawn: _withdrawn,
    DossierRecovered: _recovered,
    DossierDrawn: _drawn,
    DossierControlled: _controlled,
}
