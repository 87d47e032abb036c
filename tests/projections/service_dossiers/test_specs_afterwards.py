"""What becomes of the row of a certified dossier, withdrawn and recovered, and of one that is given up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.service_dossiers.events import DossierDiscarded, DossierDrawn, RefusedPiece
from tests.support.domain.control_builders import PIECES, UNSIGNED_SHEET, outcome
from tests.support.domain.dossier_builders import (
    FIRST,
    GATHERED,
    OPENED,
    TO_CERTIFIED,
    TO_PAID,
    accepted,
    nobody_came,
    proposed,
    recovered,
    submitted,
    withdrawn,
)
from tests.support.domain.story import SUBJECT
from tests.support.projection_spec import ACTOR, Spec, at, dossier_acts

DRAWN = DossierDrawn(control_id=SUBJECT)


def _control(drawn: int, concluded: int | None = None, *refused: RefusedPiece) -> dict[str, Any]:
    """A control as the row holds it, drawn and concluded by the events of these numbers."""
    control = {"control_id": str(SUBJECT), "drawn_at": at(drawn).isoformat(), "weighs": True}
    if concluded is None:
        return control
    return control | {
        "accepted": len(PIECES) - len(refused),
        "refused": [piece.model_dump(mode="json") for piece in refused],
        "concluded_at": at(concluded).isoformat(),
        "concluded_by": ACTOR,
    }


SPECS = [
    Spec(
        "service_dossiers",
        "a certification that is withdrawn before payment leaves a submitted dossier",
        [*TO_CERTIFIED, proposed()],
        withdrawn(),
        {
            "status": "SUBMITTED",
            "certified_at": None,
            "certified_by": None,
            "already_certified": None,
            "missing_sheets": None,
            "missing_pieces": None,
            "warnings": None,
            "withdrawn_at": at(6),
            "withdrawn_by": ACTOR,
            "withdrawal_reason": "La feuille n'est pas signée",
            "amendments_to_decide": 0,
            "amendments": [
                {
                    "number": 1,
                    "reason": "Une signature comptée deux fois",
                    "status": "LAPSED",
                    "parents": 8,
                    "children": 0,
                    "proposed_at": at(5).isoformat(),
                    "animation_id": str(FIRST),
                }
            ],
        },
    ),
    Spec(
        "service_dossiers",
        "a certification that is withdrawn after payment makes all of it due back",
        [*TO_PAID],
        withdrawn(back="300.00"),
        {
            "status": "WITHDRAWN",
            "amount": Decimal("0.00"),
            "to_recover": Decimal("300.00"),
            "withdrawn_at": at(6),
            "withdrawn_by": ACTOR,
            "withdrawal_reason": "La feuille n'est pas signée",
        },
    ),
    Spec(
        "service_dossiers",
        "what comes back is added up",
        [*TO_PAID, withdrawn(back="300.00"), recovered("100.00", "200.00")],
        recovered("150.00", "50.00"),
        {
            "to_recover": Decimal("50.00"),
            "recovered": Decimal("250.00"),
            "recoveries": [
                {
                    "recovered_on": "2027-05-03",
                    "reference": "TITRE-2027-7",
                    "amount": amount,
                    "recorded_at": at(number).isoformat(),
                    "recorded_by": ACTOR,
                }
                for amount, number in (("100.00", 7), ("150.00", 8))
            ],
        },
    ),
    Spec(
        "service_dossiers",
        "an animation to which nobody came is taken out of the amount, and due back once it was paid",
        [*TO_PAID, nobody_came()],
        accepted(after="150.00", back="150.00"),
        {
            "amount": Decimal("150.00"),
            "to_recover": Decimal("150.00"),
            "amendments_to_decide": 0,
            "amendments": [
                {
                    "number": 1,
                    "reason": "Une signature comptée deux fois",
                    "status": "ACCEPTED",
                    "parents": 0,
                    "children": 0,
                    "decided_at": at(7).isoformat(),
                    "decided_by": ACTOR,
                    "proposed_at": at(6).isoformat(),
                    "animation_id": str(FIRST),
                    "refusal_reason": None,
                    "amount_before": "300.00",
                    "amount_after": "150.00",
                    "to_recover": "150.00",
                }
            ],
        },
    ),
    Spec(
        "service_dossiers",
        "a dossier that a control drew says so",
        [*TO_CERTIFIED],
        DRAWN,
        {"controls": [_control(5)]},
    ),
    Spec(
        "service_dossiers",
        "what a control refused stands on the dossier, with what is due back",
        [*TO_PAID, DRAWN],
        outcome(UNSIGNED_SHEET, back="150.00"),
        {"controls": [_control(6, 7, UNSIGNED_SHEET)], "to_recover": Decimal("150.00")},
    ),
    Spec(
        "service_dossiers",
        "a refusal that is taken back stands no longer",
        [*TO_PAID, DRAWN, outcome(UNSIGNED_SHEET, back="150.00")],
        outcome(),
        {"controls": [_control(6, 8)], "to_recover": Decimal("0.00")},
    ),
    Spec(
        "service_dossiers",
        "what was refused weighs on another submission no more",
        [*TO_CERTIFIED, DRAWN, outcome(UNSIGNED_SHEET), withdrawn()],
        submitted(),
        {"submitted_at": at(8), "controls": [_control(5, 6, UNSIGNED_SHEET) | {"weighs": False}]},
    ),
    Spec(
        "service_dossiers",
        "a dossier that is given up holds no animation",
        [OPENED, GATHERED],
        DossierDiscarded(reason="Période fausse"),
        {
            **{"status": "DISCARDED", "discard_reason": "Période fausse", "animation_ids": []},
            "acts": dossier_acts("opened", "gathered", "discarded"),
        },
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
