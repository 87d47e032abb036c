"""What each event does to the rows of service dossiers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.service_dossiers.events import (
    AmendmentRefused,
    DossierGathered,
    DossierReturned,
    DossierWordsErased,
    PieceWithdrawn,
)
from tests.support.domain.builders import CONVENTION_ID, OURS
from tests.support.domain.dossier_builders import (
    FIRST,
    GATHERED,
    OPENED,
    PAID,
    SECOND,
    SHEET,
    TO_CERTIFIED,
    TO_SUBMITTED,
    accepted,
    certified,
    piece,
    proposed,
    submitted,
)
from tests.support.projection_spec import ACTOR, Spec, at, dossier_acts

TO_SUBMISSION = ("opened", "gathered", "submitted")


def shown(digest: str, version: int):
    return {
        "size": 4200,
        "piece": "Facture",
        "sha256": digest,
        "file_name": "facture.pdf",
        "media_type": "application/pdf",
        "attached_at": at(version).isoformat(),
    }


SPECS = [
    Spec(
        "service_dossiers",
        "an opened dossier is empty",
        [],
        OPENED,
        {
            "status": "OPEN",
            "structure_id": OURS,
            "convention_id": CONVENTION_ID,
            "territory": "34",
            "period_from": date(2027, 1, 1),
            "period_until": date(2027, 3, 31),
            "opened_at": at(1),
            "opened_by": ACTOR,
            "acts": dossier_acts("opened"),
        },
    ),
    Spec(
        "service_dossiers",
        "it holds the animations that it gathers",
        [OPENED],
        GATHERED,
        {"animation_ids": [FIRST, SECOND], "acts": dossier_acts("opened", "gathered")},
    ),
    Spec(
        "service_dossiers",
        "a further file of a piece stands after the first",
        [OPENED, piece()],
        piece(sha256="77" * 32),
        {"pieces": [shown(SHEET, 2), shown("77" * 32, 3)]},
    ),
    Spec(
        "service_dossiers",
        "a file stands in the place of the one that it replaces",
        [OPENED, piece(), piece(sha256="77" * 32)],
        piece(sha256="88" * 32, replaces=(SHEET,), reason="Illisible"),
        {"pieces": [shown("88" * 32, 4), shown("77" * 32, 3)]},
    ),
    Spec(
        "service_dossiers",
        "a file of old takes the place of all of its piece",
        [OPENED, piece(), piece(sha256="77" * 32)],
        piece(sha256="88" * 32, replaces=None),
        {"pieces": [shown("88" * 32, 4)]},
    ),
    Spec(
        "service_dossiers",
        "a file that is withdrawn is no longer of the piece",
        [OPENED, piece(), piece(sha256="77" * 32)],
        PieceWithdrawn(piece="Facture", sha256=SHEET, reason="Autre dossier"),
        {"pieces": [shown("77" * 32, 3)], "acts": dossier_acts("opened", "piece_attached", "piece_withdrawn")},
    ),
    Spec(
        "service_dossiers",
        "a submission has lines and an amount",
        [OPENED, GATHERED],
        submitted(),
        {
            "status": "SUBMITTED",
            "lines": [
                {
                    "sheets": [SHEET],
                    "rate": "150.00",
                    "held_on": "2027-03-15",
                    "parents": 9,
                    "children": 0,
                    "animation_id": str(FIRST),
                    "animation_version": 4,
                },
                {
                    "sheets": [SHEET],
                    "rate": "150.00",
                    "held_on": "2027-03-15",
                    "parents": 9,
                    "children": 0,
                    "animation_id": str(SECOND),
                    "animation_version": 4,
                },
            ],
            "submitted_amount": Decimal("300.00"),
            "submitted_at": at(3),
            "submitted_by": "structure",
            "rate_per_animation": Decimal("150.00"),
            "agreed_rate": Decimal("150.00"),
            "planned_animations": 10,
            "required_pieces": [],
            "amount": Decimal("300.00"),
            "acts": dossier_acts(*TO_SUBMISSION),
        },
    ),
    Spec(
        "service_dossiers",
        "a return says by whom and why",
        [*TO_SUBMITTED],
        DossierReturned(reason="Il manque une feuille"),
        {"status": "RETURNED", "returned_at": at(4), "returned_by": ACTOR, "return_reason": "Il manque une feuille"},
    ),
    Spec(
        "service_dossiers",
        "what a returned dossier gathers opens it again",
        [*TO_SUBMITTED, DossierReturned(reason="Il manque une feuille")],
        DossierGathered(animation_ids=(FIRST,)),
        {"status": "OPEN", "animation_ids": [FIRST]},
    ),
    Spec(
        "service_dossiers",
        "a certification says by whom, and why more than planned",
        [*TO_SUBMITTED],
        certified(already_certified=9, overrun_reason="Demande du collège"),
        {
            "status": "CERTIFIED",
            "certified_at": at(4),
            "certified_by": ACTOR,
            "already_certified": 9,
            "overrun_reason": "Demande du collège",
            "acts": dossier_acts(*TO_SUBMISSION, "certified"),
            "missing_sheets": [],
            "missing_pieces": [],
            "warnings": [],
        },
    ),
    Spec(
        "service_dossiers",
        "a payment has a day and a reference",
        [*TO_CERTIFIED],
        PAID,
        {
            "status": "PAID",
            "paid_on": date(2027, 4, 20),
            "payment_reference": "VIR-2027-042",
            "payment_key": "vir2027042",
            "also_paid": [],
            "payment_recorded_at": at(5),
            "payment_recorded_by": ACTOR,
            "paid_amount": Decimal("300.00"),
        },
    ),
    Spec(
        "service_dossiers",
        "an amendment waits for a decision",
        [*TO_CERTIFIED],
        proposed(),
        {
            "amendments_to_decide": 1,
            "amendments": [
                {
                    "number": 1,
                    "reason": "Une signature comptée deux fois",
                    "status": "PENDING",
                    "parents": 8,
                    "children": 0,
                    "proposed_at": at(5).isoformat(),
                    "animation_id": str(FIRST),
                }
            ],
            "acts": dossier_acts(*TO_SUBMISSION, "certified", "amendment_proposed"),
        },
    ),
    Spec(
        "service_dossiers",
        "an amendment is accepted",
        [*TO_CERTIFIED, proposed()],
        accepted(),
        {
            "amendments_to_decide": 0,
            "amendments": [
                {
                    "number": 1,
                    "reason": "Une signature comptée deux fois",
                    "status": "ACCEPTED",
                    "parents": 8,
                    "children": 0,
                    "decided_at": at(6).isoformat(),
                    "decided_by": ACTOR,
                    "proposed_at": at(5).isoformat(),
                    "animation_id": str(FIRST),
                    "refusal_reason": None,
                    "amount_before": "300.00",
                    "amount_after": "300.00",
                    "to_recover": "0.00",
                }
            ],
        },
    ),
    Spec(
        "service_dossiers",
        "an amendment is refused with a reason, and no other with it",
        [*TO_CERTIFIED, proposed(), proposed(2)],
        AmendmentRefused(number=2, reason="La feuille dit autre chose"),
        {
            "amendments_to_decide": 1,
            "amendments": [
                {
                    "number": 1,
                    "reason": "Une signature comptée deux fois",
                    "status": "PENDING",
                    "parents": 8,
                    "children": 0,
                    "proposed_at": at(5).isoformat(),
                    "animation_id": str(FIRST),
                },
                {
                    "number": 2,
                    "reason": "Une signature comptée deux fois",
                    "status": "REFUSED",
                    "parents": 8,
                    "children": 0,
                    "decided_at": at(7).isoformat(),
                    "decided_by": ACTOR,
                    "proposed_at": at(6).isoformat(),
                    "animation_id": str(FIRST),
                    "refusal_reason": "La feuille dit autre chose",
                },
            ],
        },
    ),
    Spec(
        "service_dossiers",
        "words that are erased leave a mark, also in amendments",
        [*TO_SUBMITTED, DossierReturned(reason="Il manque une feuille"), proposed()],
        DossierWordsErased(),
        {
            "amendments": [
                {
                    "number": 1,
                    "reason": "[texte effacé]",
                    "status": "PENDING",
                    "parents": 8,
                    "children": 0,
                    "proposed_at": at(5).isoformat(),
                    "animation_id": str(FIRST),
                }
            ],
            "return_reason": "[texte effacé]",
        },
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
