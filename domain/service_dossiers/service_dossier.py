"""The service dossier: its state, and the decisions that make its events (docs/glossary.md, "Proof of service…")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus
from domain.conventions.convention import Convention
from domain.kernel.actors import Actor
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, invalid
from domain.kernel.events import Event, without_words
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import required_reason
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
    ServiceLine,
)
from domain.service_dossiers.transitions import belongings, check

#: The command that gathers reads and claims each animation: a longer period takes several dossiers.
MOST_ANIMATIONS = 500


@dataclass(frozen=True, slots=True)
class ServiceDossier:
    id: UUID
    structure_id: UUID
    convention_id: UUID
    territory: str
    period_from: date
    period_until: date
    status: DossierStatus = DossierStatus.OPEN
    animation_ids: tuple[UUID, ...] = ()
    #: As submitted last.
    lines: tuple[ServiceLine, ...] = ()
    rate_per_animation: Decimal | None = None
    amount: Decimal | None = None
    submitted_by: str | None = None
    #: SHA-256 of the latest file of each piece.
    pieces: Mapping[str, str] = field(default_factory=dict)
    amendments: int = 0
    #: Amendments that wait for the coordonnateur, by number.
    pending: Mapping[int, AmendmentProposed] = field(default_factory=dict)

    @property
    def belongings(self) -> Belongings:
        return belongings(self)


def evolve(state: ServiceDossier | None, originator_id: UUID, fact: Event) -> ServiceDossier:
    if isinstance(fact, DossierOpened):
        return ServiceDossier(originator_id, **fact.model_dump())
    assert state is not None, "a dossier's first event is service_dossier.opened"
    match fact:
        case DossierGathered():
            return replace(state, status=DossierStatus.OPEN, animation_ids=fact.animation_ids)
        case PieceAttached():
            return replace(state, pieces={**state.pieces, fact.piece: fact.sha256})
        case DossierSubmitted():
            return replace(
                state,
                status=DossierStatus.SUBMITTED,
                lines=fact.lines,
                rate_per_animation=fact.rate_per_animation,
                submitted_by=fact.submitted_by,
            )
        case DossierReturned():
            return replace(state, status=DossierStatus.RETURNED)
        case DossierCertified():
            return replace(state, status=DossierStatus.CERTIFIED, amount=fact.amount)
        case DossierPaid():
            return replace(state, status=DossierStatus.PAID)
        case AmendmentProposed():
            return replace(state, amendments=fact.number, pending={**state.pending, fact.number: fact})
        case AmendmentAccepted() | AmendmentRefused():
            return replace(state, pending={n: amendment for n, amendment in state.pending.items() if n != fact.number})
        case DossierWordsErased():
            pending = {n: without_words(amendment, amendment.personal_marks) for n, amendment in state.pending.items()}
            return replace(state, pending=pending)
    raise TypeError(f"not a service dossier's event: {fact!r}")


def open_dossier(convention: Convention, period_from: date, period_until: date, actor: Actor) -> list[Event]:
    """Open a dossier for one convention and one period (both days included) that the convention covers in part."""
    authorize(actor, Action.SERVICE_DOSSIER_OPEN, convention.belongings)
    if period_until < period_from:
        raise invalid("la fin de la période précède son début.", "period_until")
    if period_until < convention.valid_from or convention.valid_until < period_from:
        raise broken(
            f"La convention est valable du {convention.valid_from:%d/%m/%Y} au {convention.valid_until:%d/%m/%Y} :"
            " la période du dossier est en dehors.",
            "period_from",
        )
    return [
        DossierOpened(
            structure_id=convention.structure_id,
            convention_id=convention.id,
            territory=convention.territory,
            period_from=period_from,
            period_until=period_until,
        )
    ]


def gathering_obstacle(dossier: ServiceDossier, animation: Animation | None) -> str | None:
    """Return why the dossier may not gather the animation (French), or None.

    Another structure's animation gives the same answer as one that does not exist.
    """
    if animation is None or animation.structure_id != dossier.structure_id:
        return "cette animation n'est pas une animation de la structure."
    if animation.convention_id != dossier.convention_id:
        return "cette animation relève d'une autre convention."
    if animation.status is not AnimationStatus.PUBLISHED or not animation.attested:
        return "cette animation n'est pas attestée."
    if not dossier.period_from <= animation.held_on <= dossier.period_until:
        return f"cette animation a eu lieu le {animation.held_on:%d/%m/%Y}, hors de la période du dossier."
    if animation.dossier_id not in (None, dossier.id):
        return "cette animation est déjà dans un autre dossier."
    return None


def gather(dossier: ServiceDossier, chosen: Iterable[tuple[UUID, Animation | None]], actor: Actor) -> list[Event]:
    """Make these the dossier's animations. Raise every obstacle, each under its place in the list."""
    check(Action.SERVICE_DOSSIER_GATHER, dossier, actor)
    animations = dict(chosen)
    if len(animations) > MOST_ANIMATIONS:
        message = f"{MOST_ANIMATIONS} animations au plus dans un dossier : choisissez une période plus courte."
        raise invalid(message, "animation_ids")
    obstacles = [(place, gathering_obstacle(dossier, animation)) for place, animation in enumerate(animations.values())]
    problems = [
        Problem(ErrorCode.RULE_BROKEN, f"Animation {place + 1} : {reason}", ("animation_ids", str(place)))
        for place, reason in obstacles
        if reason is not None
    ]
    if problems:
        raise DomainError(problems)
    if dossier.status is DossierStatus.OPEN and set(animations) == set(dossier.animation_ids):
        raise broken("Rien ne change : le dossier rassemble déjà ces animations.")
    return [DossierGathered(animation_ids=tuple(animations))]


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


def send_back(dossier: ServiceDossier, actor: Actor, reason: str) -> list[Event]:
    check(Action.SERVICE_DOSSIER_RETURN, dossier, actor)
    return [DossierReturned(reason=required_reason(reason))]


def certify(dossier: ServiceDossier, convention: Convention, actor: Actor, overrun_reason: str | None) -> list[Event]:
    """Certify the service. The amount is the number of animations times the submitted rate, in exact euros.

    More animations than the convention planned, over all its dossiers, take an explicit reason.
    """
    check(Action.SERVICE_DOSSIER_CERTIFY, dossier, actor)
    if actor.name == dossier.submitted_by:
        raise broken("Nul ne certifie un dossier qu'il a lui-même soumis.")
    assert dossier.rate_per_animation is not None, "a submitted dossier has its rate"
    count, before, planned = len(dossier.lines), convention.certified_animations, convention.planned_animations
    overrun = planned is not None and before + count > planned
    if overrun and overrun_reason is None:
        raise broken(
            f"{before + count} animations seraient certifiées pour {planned} prévues par la convention :"
            " indiquez le motif du dépassement.",
            "overrun_reason",
        )
    return [
        DossierCertified(
            animations=count,
            rate_per_animation=dossier.rate_per_animation,
            amount=count * dossier.rate_per_animation,
            planned_animations=planned,
            already_certified=before,
            overrun_reason=required_reason(overrun_reason) if overrun and overrun_reason is not None else None,
        )
    ]


def record_payment(dossier: ServiceDossier, actor: Actor, paid_on: date, reference: str, today: date) -> list[Event]:
    """Record the payment of the whole certified amount. `today` is the day in the territory."""
    check(Action.SERVICE_PAYMENT_RECORD, dossier, actor)
    if paid_on > today:
        raise invalid(f"la date du paiement est dans le futur : le {today:%d/%m/%Y} au plus tard.", "paid_on")
    if paid_on < dossier.period_from:
        raise invalid(f"le paiement précède la période du dossier ({dossier.period_from:%d/%m/%Y}).", "paid_on")
    assert dossier.amount is not None, "a certified dossier has its amount"
    return [DossierPaid(paid_on=paid_on, reference=reference, amount=dossier.amount)]
