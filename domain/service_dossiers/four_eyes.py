"""Four eyes: which acts on a dossier keep a person from which others (docs/glossary.md, "Proof of service…").

One table, which commands enforce and `allowedActions` shows. It compares persons over all acts of the dossier and of
its animations, whatever their role and name.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.animations.events import (
    AnimationAttested,
    AttendanceSheetAttached,
    AttendanceSheetWithdrawn,
    AttestationCorrected,
)
from domain.kernel.actors import Actor
from domain.kernel.authors import Acts, has_done
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.service_dossiers.events import (
    AmendmentProposed,
    DossierCertified,
    DossierGathered,
    DossierOpened,
    DossierSubmitted,
    PieceAttached,
    PieceWithdrawn,
)

#: The acts that claim payment, each with its French word.
_CLAIMS: Mapping[type[Event], str] = {
    DossierOpened: "ouvert",
    DossierGathered: "rassemblé",
    PieceAttached: "complété",
    PieceWithdrawn: "modifié",
    DossierSubmitted: "soumis",
}
#: The acts on the dossier's animations that say what is to be paid.
_ATTESTS: Mapping[type[Event], str] = {
    AnimationAttested: "attesté des animations",
    AttestationCorrected: "corrigé des attestations",
    AttendanceSheetAttached: "joint des feuilles d'émargement",
    AttendanceSheetWithdrawn: "retiré des feuilles d'émargement",
}
_PROPOSED: Mapping[type[Event], str] = {AmendmentProposed: "proposé"}
_CERTIFIED: Mapping[type[Event], str] = {DossierCertified: "certifié"}

#: For each action, what its author must not have done, and what nobody does (French).
_KEPT_APART: Mapping[Action, tuple[tuple[Mapping[type[Event], str], str], ...]] = {
    Action.SERVICE_DOSSIER_CERTIFY: (
        (_CLAIMS, "Nul ne certifie un dossier qu'il a lui-même {}."),
        (_ATTESTS, "Nul ne certifie un dossier pour lequel il a lui-même {}."),
    ),
    Action.SERVICE_PAYMENT_RECORD: (
        (_CERTIFIED, "Nul n'enregistre le paiement d'un dossier qu'il a lui-même {}."),
        (_CLAIMS, "Nul n'enregistre le paiement d'un dossier qu'il a lui-même {}."),
        (_ATTESTS, "Nul n'enregistre le paiement d'un dossier pour lequel il a lui-même {}."),
    ),
    Action.SERVICE_AMENDMENT_ACCEPT: (
        (_PROPOSED, "Nul n'accepte un avenant d'un dossier dans lequel il en a lui-même {}."),
        (_CLAIMS, "Nul n'accepte un avenant sur un dossier qu'il a lui-même {}."),
        (_ATTESTS, "Nul n'accepte un avenant sur un dossier pour lequel il a lui-même {}."),
    ),
    # Who certified may think again; who claimed does not undo what others decided on their claim.
    Action.CERTIFICATION_WITHDRAW: (
        (_CLAIMS, "Nul ne retire la certification d'un dossier qu'il a lui-même {}."),
        (_ATTESTS, "Nul ne retire la certification d'un dossier pour lequel il a lui-même {}."),
    ),
    Action.SERVICE_RECOVERY_RECORD: (
        (_CLAIMS, "Nul n'enregistre un recouvrement sur un dossier qu'il a lui-même {}."),
        (_ATTESTS, "Nul n'enregistre un recouvrement sur un dossier pour lequel il a lui-même {}."),
    ),
}
#: The actions that the table keeps from somebody.
DECISIONS = frozenset(_KEPT_APART)


def same_person_obstacle(action: Action, acts: Acts, actor: Actor) -> str | None:
    """Return why the actor's own acts keep them from the action (French), or None."""
    for kinds, sentence in _KEPT_APART.get(action, ()):
        words = [word for kind, word in kinds.items() if has_done(acts, (kind.topic,), actor)]
        if words:
            return sentence.format(" puis ".join(words))
    return None
