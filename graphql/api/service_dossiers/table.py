"""A service dossier as a table: one row per animation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from api.service_dossiers.lines import ServiceLine
from api.service_dossiers.types import ServiceDossier
from domain.kernel.dossier_status import STATUS_LABELS

HEADERS = (
    "Date",
    "Titre",
    "Lieu",
    "Adresse",
    "Thèmes",
    "Type",
    "Parents (soumis)",
    "Enfants (soumis)",
    "Parents (attestés à ce jour)",
    "Enfants (attestés à ce jour)",
    "Feuille d'émargement (SHA-256)",
    "Montant par animation (€)",
    "État du dossier",
    "Montant du dossier (€)",
    "Reste à recouvrer du dossier (€)",
    "Recouvré du dossier (€)",
)


def rows(dossier: ServiceDossier, amount: Decimal | None, lines: Iterable[ServiceLine]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows. Submitted figures are empty before submission, and the sheet is the animation's current one."""
    for line in lines:
        animation, submitted, current = line.animation, line.submitted, line.current
        yield (
            animation.starts_at.date(),
            animation.title,
            animation.venue_name,
            animation.address,
            ", ".join(theme.label for theme in animation.themes),
            animation.type.label,
            submitted.parents if submitted else None,
            submitted.children if submitted else None,
            current.parents,
            current.children,
            " ".join(line.submitted_sheets if submitted else animation.row["sheet_digests"]),
            line.rate,
            STATUS_LABELS[dossier.status],
            amount,
            dossier.to_recover,
            dossier.recovered,
        )
