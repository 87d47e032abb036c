"""A history says why, in the words of whoever did it; what is written about a person is in none."""

from __future__ import annotations

from uuid import UUID

import pytest

from application.wording.reasons import reasons, tells_why
from domain.animations.events import AnimationRefused
from domain.candidatures.events import CandidatureRejected
from domain.controls.events import ControlAnswered, PieceJudged
from domain.controls.pieces import ReasonCode
from domain.kernel.events import Event, registered_events
from domain.service_dossiers.events import DossierControlled, DossierReturned, RefusedPiece

DOSSIER = UUID(int=1)
SHEET = f"sheet:{UUID(int=2)}"
JUDGED = {"dossier_id": DOSSIER, "piece": SHEET}


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (AnimationRefused(reason="Il manque l'adresse."), ["Motif : Il manque l'adresse."]),
        (DossierReturned(reason="Une feuille est illisible."), ["Motif : Une feuille est illisible."]),
        (
            PieceJudged(**JUDGED, accepted=False, reason_code=ReasonCode.UNSIGNED, comment="Page 2."),
            ["Feuille d'émargement signée : refusée (pièce non signée)", "Commentaire : Page 2."],
        ),
        (
            PieceJudged(**JUDGED, accepted=True, reason_code=ReasonCode.CONFORM, comment=None),
            ["Feuille d'émargement signée : conforme"],
        ),
        (ControlAnswered(**JUDGED, answer="Au verso."), ["Réponse : Au verso."]),
        (
            DossierControlled(
                control_id=UUID(int=3),
                accepted=1,
                refused=(RefusedPiece(piece="piece:Facture", reason_code="MISSING", animation_id=None),),
                to_recover="0.00",
            ),
            ["Facture : refusée (pièce absente)"],
        ),
    ],
)
def test_why_something_happened_is_said(fact: Event, expected: list[str]) -> None:
    assert reasons(fact) == expected
    assert tells_why(fact.topic)


def test_what_is_written_about_a_person_or_for_fewer_readers_is_left_out() -> None:
    assert not tells_why(CandidatureRejected.topic)
    # Auditors read no requests of schools.
    assert not any(tells_why(topic) for topic in registered_events() if topic.startswith("animation_request."))
    silent = [
        topic
        for topic, event in registered_events().items()
        if "reason" in event.personal_marks and not tells_why(topic) and not event.personal_marks["reason"].of_person
    ]
    assert {topic.partition(".")[0] for topic in silent} == {"animation_request"}
