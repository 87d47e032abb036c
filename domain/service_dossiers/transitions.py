"""What may be done next with a service dossier: one table, which commands enforce and `allowedActions` shows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.allowed import AllowedAction, with_reasons
from domain.kernel.authors import Acts
from domain.kernel.dossier_status import CERTIFIED, DossierStatus
from domain.kernel.errors import broken
from domain.kernel.rights import Action, Belongings, authorize, may
from domain.service_dossiers.four_eyes import same_person_obstacle


class AmendmentStatus(StrEnum):
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    #: Not decided when the certification was withdrawn, so no longer needed.
    LAPSED = "LAPSED"


class DossierStanding(Protocol):
    """The facts about a dossier that the table needs. Both the aggregate and the read model's row provide them."""

    @property
    def status(self) -> DossierStatus: ...
    @property
    def structure_id(self) -> UUID: ...
    @property
    def territory(self) -> str: ...
    @property
    def submitted_by(self) -> str | None: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def to_recover(self) -> Decimal: ...
    @property
    def acts(self) -> Acts: ...
    @property
    def in_control(self) -> bool: ...
    @property
    def refused_pieces(self) -> int: ...
    @property
    def amendments_to_decide(self) -> int: ...


_IN_THE_MAKING = frozenset({DossierStatus.OPEN, DossierStatus.RETURNED})

OPEN_IN: Mapping[Action, frozenset[DossierStatus]] = {
    Action.SERVICE_DOSSIER_GATHER: _IN_THE_MAKING,
    Action.SERVICE_PIECE_ATTACH: _IN_THE_MAKING,
    Action.SERVICE_PIECE_WITHDRAW: _IN_THE_MAKING,
    Action.SERVICE_DOSSIER_SUBMIT: frozenset({DossierStatus.OPEN}),
    Action.SERVICE_DOSSIER_DISCARD: frozenset({DossierStatus.OPEN}),
    Action.SERVICE_DOSSIER_CERTIFY: frozenset({DossierStatus.SUBMITTED}),
    Action.SERVICE_DOSSIER_RETURN: frozenset({DossierStatus.SUBMITTED}),
    Action.SERVICE_PAYMENT_RECORD: frozenset({DossierStatus.CERTIFIED}),
    Action.CERTIFICATION_WITHDRAW: CERTIFIED,
    Action.SERVICE_RECOVERY_RECORD: frozenset({DossierStatus.PAID, DossierStatus.WITHDRAWN}),
    Action.SERVICE_AMENDMENT_PROPOSE: CERTIFIED,
    Action.SERVICE_AMENDMENT_ACCEPT: CERTIFIED,
    Action.SERVICE_AMENDMENT_REFUSE: CERTIFIED,
}

_DECIDES_AMENDMENTS = frozenset({Action.SERVICE_AMENDMENT_ACCEPT, Action.SERVICE_AMENDMENT_REFUSE})

_IN_STATUS: Mapping[DossierStatus, str] = {
    DossierStatus.OPEN: "Le dossier est en préparation : la structure ne l'a pas encore soumis.",
    DossierStatus.SUBMITTED: "Le dossier est soumis : il attend la certification du service fait.",
    DossierStatus.RETURNED: "Le dossier a été renvoyé : rassemblez à nouveau ses animations, puis soumettez-le.",
    DossierStatus.CERTIFIED: "Le service fait est certifié.",
    DossierStatus.PAID: "Le dossier est payé.",
    DossierStatus.WITHDRAWN: "La certification est retirée : ce qui a été payé doit être recouvré.",
    DossierStatus.DISCARDED: "Le dossier est abandonné : ouvrez-en un autre.",
}


def belongings(dossier: DossierStanding) -> Belongings:
    return Belongings(structure_id=dossier.structure_id, territories=frozenset([dossier.territory]))


def obstacle(action: Action, dossier: DossierStanding) -> str | None:
    """Return why the dossier does not admit the action now (French), or None."""
    if dossier.status not in OPEN_IN[action]:
        return _IN_STATUS[dossier.status]
    if action is Action.SERVICE_DOSSIER_DISCARD and dossier.submitted_by is not None:
        return "Le dossier a déjà été soumis : il reste, avec ce qui en a été décidé."
    if action is Action.SERVICE_PAYMENT_RECORD:
        return _payment_obstacle(dossier)
    if action in _DECIDES_AMENDMENTS and not dossier.amendments_to_decide:
        return "Aucun avenant n'attend de décision."
    if action is Action.SERVICE_RECOVERY_RECORD and dossier.to_recover <= 0:
        return "Rien n'est à recouvrer sur ce dossier."
    return None


def _payment_obstacle(dossier: DossierStanding) -> str | None:
    if dossier.in_control:
        return "Un contrôle a tiré ce dossier au sort : il est payé une fois le contrôle clos."
    if dossier.refused_pieces:
        return (
            f"Un contrôle a refusé des pièces de ce dossier ({dossier.refused_pieces}) : l'auditeur revient sur son"
            " refus, ou la certification est retirée."
        )
    if not dossier.amount:
        return "Rien n'est dû : d'après les avenants acceptés, personne n'est venu. Retirez la certification."
    return None


def check(action: Action, dossier: DossierStanding, actor: Actor) -> None:
    """Raise FORBIDDEN or RULE_BROKEN unless the actor may take the action now."""
    authorize(actor, action, belongings(dossier))
    if reason := obstacle(action, dossier) or same_person_obstacle(action, dossier.acts, actor):
        raise broken(reason)


def allowed_actions(dossier: DossierStanding, actor: Actor) -> list[AllowedAction]:
    """Return the actions within the actor's rights, each with the reason that stands against it now, if any."""
    reached = [action for action in OPEN_IN if may(actor, action, belongings(dossier))]
    return with_reasons(
        reached, lambda action: obstacle(action, dossier) or same_person_obstacle(action, dossier.acts, actor)
    )
