"""What waits for the signed-in person: in words, with the page where it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """So many of something that waits; `address`: where it is done."""

    number: int
    singular: str
    plural: str
    address: str


#: What is done at each desk: the field of `viewer.waiting`, and what it counts. What others have to do stands nowhere.
_TASKS: Mapping[str, Sequence[tuple[str, str, str, str]]] = {
    "/structure": (
        ("awaitingAttestation", "attestation à remplir", "attestations à remplir", "?quand=a-attester#liste"),
        ("refused", "animation refusée à corriger", "animations refusées à corriger", "?etat=REFUSED#liste"),
        ("dossiersToCorrect", "dossier renvoyé à compléter", "dossiers renvoyés à compléter", "/dossiers"),
        ("animationRequests", "demande d'établissement", "demandes d'établissements", "/demandes?etat=attente"),
    ),
    "/territoire": (
        ("dossiersToCertify", "dossier à certifier", "dossiers à certifier", "/dossiers?etat=SUBMITTED"),
        ("amendmentsToDecide", "dossier avec un avenant", "dossiers avec un avenant", "/dossiers?avenants=oui"),
        ("attestationsDue", "animation sans attestation", "animations sans attestation", "/attestations"),
        (
            "volunteersToContact",
            "parent ressource à contacter",
            "parents ressources à contacter",
            "/candidatures?suite=contact",
        ),
        (
            "certificatesToIssue",
            "attestation de bénévolat à délivrer",
            "attestations de bénévolat à délivrer",
            "/candidatures?suite=attestation",
        ),
        (
            "animationRequests",
            "demande d'établissement sans structure",
            "demandes d'établissements sans structure",
            "/demandes?etat=OPEN",
        ),
    ),
    "/moderation": (
        ("awaitingPublication", "animation à publier", "animations à publier", ""),
        ("publicationsToReview", "publication à relire", "publications à relire", "/publications"),
        ("dossiersToPay", "dossier à payer", "dossiers à payer", "/territoire/dossiers?etat=CERTIFIED"),
    ),
    "/ecole": (
        (
            "candidaturesToExamine",
            "candidature de parent à examiner",
            "candidatures de parents à examiner",
            "/candidatures?suite=a-examiner",
        ),
    ),
}


def tasks(desk: str | None, waiting: Mapping[str, Any]) -> list[Task]:
    """Return what waits at a desk, of the counts that the API gives; nothing of which there is none."""
    return [
        Task(number, singular, plural, address if address.startswith("/territoire") else desk + address)
        for field, singular, plural, address in _TASKS.get(desk or "", ())
        if desk and (number := waiting[field] or 0)
    ]
