"""What each event does to the rows of controls."""

from __future__ import annotations

from datetime import date

import pytest

from domain.controls.events import ControlWordsErased, PieceWordsErased
from tests.support.domain.control_builders import (
    ANSWERED,
    AS_OF,
    CHECKPOINT_SIZE,
    CLOSED,
    PIECES,
    ROOT,
    SEED,
    accepted,
    announced,
    drawn,
    opened,
    refused,
)
from tests.support.domain.control_builders import OURS as DOSSIER
from tests.support.projection_spec import ACTOR, Spec, at

SPECS = [
    Spec(
        "controls",
        "a control of before holds what was drawn as it was opened",
        [],
        opened(),
        {
            "status": "OPEN",
            "name": "Contrôle du printemps",
            "period_from": date(2027, 4, 1),
            "period_until": date(2027, 4, 30),
            "share_percent": 50,
            "seed": SEED,
            "population": [DOSSIER],
            "drawn": [DOSSIER],
            "drawn_at": at(1),
            "opened_at": at(1),
            "opened_by": ACTOR,
        },
    ),
    Spec(
        "controls",
        "an announced control holds what will be drawn from",
        [],
        announced(),
        {
            "status": "ANNOUNCED",
            "name": "Contrôle du printemps",
            "period_from": date(2027, 4, 1),
            "period_until": date(2027, 4, 30),
            "share_percent": 50,
            "population": [DOSSIER],
            "as_of": AS_OF,
            "opened_at": at(1),
            "opened_by": ACTOR,
        },
    ),
    Spec(
        "controls",
        "a draw tells the checkpoint that it follows from",
        [announced()],
        drawn(announced()),
        {
            "status": "OPEN",
            "seed": ROOT,
            "checkpoint_size": CHECKPOINT_SIZE,
            "drawn": [DOSSIER],
            "drawn_at": at(2),
        },
    ),
    Spec(
        "controls",
        "a refusal that is taken back after the end is counted",
        [opened(), refused(), CLOSED],
        accepted(comment="Vu au verso"),
        {"accepted": 5, "refused": 0},
    ),
    Spec(
        "controls",
        "a judgement stands apart: it moves the version alone",
        [opened()],
        refused(),
        {},
    ),
    Spec(
        "controls",
        "an answer moves the version alone",
        [opened(), refused()],
        ANSWERED,
        {},
    ),
    Spec(
        "controls",
        "a closed control has a conclusion",
        [opened(), refused()],
        CLOSED,
        {
            "status": "CLOSED",
            "conclusion": "Service fait conforme",
            "accepted": 4,
            "refused": 1,
            "closed_at": at(3),
            "closed_by": ACTOR,
        },
    ),
    Spec(
        "controls",
        "words that are erased leave a mark",
        [opened(), CLOSED],
        ControlWordsErased(),
        {"name": "[texte effacé]", "conclusion": "[texte effacé]"},
    ),
    Spec(
        "controls",
        "words on a piece that are erased move the version alone",
        [opened(), refused()],
        PieceWordsErased(dossier_id=DOSSIER, piece=PIECES[0]),
        {},
    ),
    Spec(
        "control_pieces",
        "a piece is judged",
        [opened()],
        refused(comment="Rien dans l'envoi"),
        {"reason_code": "MISSING", "comment": "Rien dans l'envoi", "judged_at": at(2), "judged_by": ACTOR},
    ),
    Spec(
        "control_pieces",
        "another judgement keeps the answer",
        [opened(), refused(), ANSWERED],
        accepted(),
        {"accepted": True, "reason_code": "CONFORM", "judged_at": at(4)},
    ),
    Spec(
        "control_pieces",
        "the structure answers",
        [opened(), refused()],
        ANSWERED,
        {"answer": "La feuille est jointe à l'envoi postal.", "answered_at": at(3)},
    ),
    Spec(
        "control_pieces",
        "words that are erased leave a mark",
        [opened(), refused(comment="Rien dans l'envoi")],
        PieceWordsErased(dossier_id=DOSSIER, piece=PIECES[0]),
        {"comment": "[texte effacé]"},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
