"""How a structure claims payment: the pieces that it attaches, and the state that it submits."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal

from domain.animations.animation import Animation
from domain.conventions.convention import Convention
from domain.files.pages import MOST_FILES
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import required_reason
from domain.service_dossiers.events import DossierSubmitted, PieceAttached, PieceWithdrawn, ServiceLine
from domain.service_dossiers.missing import Claimed, lacks_in_the_making
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.transitions import check


def attach_piece(dossier: ServiceDossier, convention: Convention, attached: PieceAttached, actor: Actor) -> list[Event]:
    """Attach a file of a piece that the convention requires: a further one, or in the place of another for a reason."""
    check(Action.SERVICE_PIECE_ATTACH, dossier, actor)
    if attached.piece not in convention.required_pieces:
        required = ", ".join(f"« {piece} »" for piece in convention.required_pieces) or "aucune"
        raise invalid(f"pièces que la convention demande : {required}.", "piece")
    files = dossier.pieces.get(attached.piece, ())
    for replaced in attached.replaces or ():
        _check_attached(files, replaced, "replaces")
        attached = attached.model_copy(update={"reason": required_reason(attached.reason or "")})
    if attached.sha256 in files:
        raise broken("Ce fichier est déjà joint pour cette pièce.", "file")
    if not attached.replaces and len(files) >= MOST_FILES:
        raise broken(f"{MOST_FILES} fichiers au plus par pièce : réunissez les pages en un PDF.", "file")
    return [attached]


def withdraw_piece(dossier: ServiceDossier, actor: Actor, piece: str, sha256: str, reason: str) -> list[Event]:
    """Withdraw a file that was attached by mistake. History keeps it."""
    check(Action.SERVICE_PIECE_WITHDRAW, dossier, actor)
    _check_attached(dossier.pieces.get(piece, ()), sha256, "sha256")
    return [PieceWithdrawn(piece=piece, sha256=sha256, reason=required_reason(reason))]


def _check_attached(files: Collection[str], sha256: str, field: str) -> None:
    if sha256 not in files:
        raise invalid("Aucun fichier de cette pièce n'a cette empreinte.", field)


def submit(
    dossier: ServiceDossier, convention: Convention, versioned: Iterable[tuple[Animation, int]], actor: Actor
) -> list[Event]:
    """Submit the current state: each animation (with its version and rate), the convention's terms, the pieces."""
    check(Action.SERVICE_DOSSIER_SUBMIT, dossier, actor)
    animations = list(versioned)
    claimed = [Claimed(each.id, each.content.title, each.held_on, bool(each.sheets)) for each, _ in animations]
    lacks = [lack for lack in lacks_in_the_making(convention, claimed, dossier.pieces) if lack.closes_submission]
    if lacks:
        raise DomainError(Problem(ErrorCode.RULE_BROKEN, lack.message) for lack in lacks)
    lines = tuple(_line(animation, version, convention) for animation, version in animations)
    return [
        DossierSubmitted(
            lines=lines,
            rate_per_animation=common_rate(lines),
            agreed_rate=convention.rate_per_animation,
            planned_animations=convention.planned_animations,
            required_pieces=convention.required_pieces,
            amount=amount_of(lines),
            submitted_by=actor.name,
        )
    ]


def _line(animation: Animation, version: int, convention: Convention) -> ServiceLine:
    assert animation.attendance is not None, "only attested animations are gathered"
    rate = convention.rate_on(animation.held_on)
    assert rate is not None, "checked before"
    return ServiceLine(
        animation_id=animation.id,
        animation_version=version,
        held_on=animation.held_on,
        parents=animation.attendance.parents,
        children=animation.attendance.children,
        sheets=tuple(animation.sheets),
        rate=rate,
    )


def amount_of(lines: Iterable[ServiceLine]) -> Decimal:
    """Return the sum of the lines, each at its own rate, in exact euros."""
    return sum((line.rate for line in lines), Decimal("0.00"))


def common_rate(lines: Iterable[ServiceLine]) -> Decimal | None:
    """Return the rate of all lines, or None where they differ."""
    rates = {line.rate for line in lines}
    return rates.pop() if len(rates) == 1 else None
