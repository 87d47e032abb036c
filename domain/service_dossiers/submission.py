"""How a structure claims payment: the pieces that it attaches, and the state that it submits."""

from __future__ import annotations

from collections.abc import Iterable

from domain.animations.animation import Animation
from domain.conventions.convention import Convention
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.service_dossiers.events import DossierSubmitted, PieceAttached, ServiceLine
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.transitions import check


def attach_piece(dossier: ServiceDossier, convention: Convention, attached: PieceAttached, actor: Actor) -> list[Event]:
    """Attach a piece that the convention requires; a further file for the same piece replaces it."""
    check(Action.SERVICE_PIECE_ATTACH, dossier, actor)
    if attached.piece not in convention.required_pieces:
        required = ", ".join(f"« {piece} »" for piece in convention.required_pieces) or "aucune"
        raise invalid(f"pièces que la convention demande : {required}.", "piece")
    if dossier.pieces.get(attached.piece) == attached.sha256:
        raise broken("Ce fichier est déjà joint pour cette pièce.", "file")
    return [attached]


def submit(
    dossier: ServiceDossier, convention: Convention, versioned: Iterable[tuple[Animation, int]], actor: Actor
) -> list[Event]:
    """Submit the current state: each animation (with its version), the convention's terms, the pieces."""
    check(Action.SERVICE_DOSSIER_SUBMIT, dossier, actor)
    animations = list(versioned)
    if not animations:
        raise broken("Le dossier ne rassemble aucune animation attestée.")
    if convention.rate_per_animation is None:
        raise broken("La convention ne fixe pas de montant par animation : demandez qu'elle soit amendée.")
    if absent := [piece for piece in convention.required_pieces if piece not in dossier.pieces]:
        raise DomainError(
            Problem(ErrorCode.RULE_BROKEN, f"Pièce manquante, que la convention demande : « {piece} ».")
            for piece in absent
        )
    return [
        DossierSubmitted(
            lines=tuple(_line(animation, version) for animation, version in animations),
            rate_per_animation=convention.rate_per_animation,
            planned_animations=convention.planned_animations,
            required_pieces=convention.required_pieces,
            amount=len(animations) * convention.rate_per_animation,
            submitted_by=actor.name,
        )
    ]


def _line(animation: Animation, version: int) -> ServiceLine:
    assert animation.attendance is not None, "only attested animations are gathered"
    return ServiceLine(
        animation_id=animation.id,
        animation_version=version,
        held_on=animation.held_on,
        parents=animation.attendance.parents,
        children=animation.attendance.children,
        sheet=animation.sheet,
    )
