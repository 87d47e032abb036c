"""The mark that a control leaves on each drawn dossier: that it drew it, and which pieces it refused in the end."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.controls.control import Control, pieces
from domain.controls.pieces import PieceKind
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.service_dossiers.dues import due_back
from domain.service_dossiers.events import DossierControlled, DossierDrawn, RefusedPiece
from domain.service_dossiers.service_dossier import ServiceDossier


def drawn(control_id: UUID) -> list[Event]:
    """Return what is recorded on a dossier that was drawn: until the control is closed it is not paid."""
    return [DossierDrawn(control_id=control_id)]


def concluded(control: Control, dossier: ServiceDossier) -> list[Event]:
    """Return what is recorded on a dossier once the control is closed, or the auditor has thought again.

    What was refused is not due: where it was paid already, its sum is due back.
    """
    judged = control.judged.get(dossier.id, {})
    refused = tuple(
        RefusedPiece(piece=name, reason_code=judged[name].reason_code, animation_id=_animation_of(name))
        for name in pieces(dossier)
        if name in judged and not judged[name].accepted
    )
    to_recover = due_back(replace(dossier, controls={**dossier.controls, control.id: refused}))
    if to_recover < 0:
        raise broken("La somme de cette pièce a déjà été recouvrée : le refus ne peut plus être revu.")
    accepted = len(pieces(dossier)) - len(refused)
    return [DossierControlled(control_id=control.id, accepted=accepted, refused=refused, to_recover=to_recover)]


def _animation_of(piece: str) -> UUID | None:
    kind, _, subject = piece.partition(":")
    return None if kind == PieceKind.PIECE else UUID(subject)
