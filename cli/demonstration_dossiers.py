"""A service dossier in each status, for the demonstration: opened, submitted and decided on as people would do it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql

from application.attachments import AttachFile
from application.attendance_sheets import AttendanceSheetAttach
from application.commands import Command
from application.documents.blank_sheet import BlankSheet, blank_sheet
from application.files import FileStore
from application.service_dossiers import (
    ServiceDossierCertify,
    ServiceDossierOpen,
    ServiceDossierReturn,
    ServiceDossierSubmit,
    ServicePaymentRecord,
    ServicePieceAttach,
)
from cli.composition import Opened, utc_now
from domain.actors import Actor, Role
from projections.generations import live_tables

#: The convention with most that can be paid for; its structure is the one that the cast plays, when that has enough.
_CONVENTION: LiteralString = """
SELECT c.convention_id, c.structure_id, c.territory, c.valid_from, c.required_pieces, s.siret, s.name,
       array_agg(a.animation_id ORDER BY a.day, a.animation_id)
FROM {conventions} AS c JOIN {structures} AS s USING (structure_id) JOIN {animations} AS a USING (convention_id)
WHERE a.attested AND a.dossier_id IS NULL AND a.day >= c.valid_from AND c.rate_per_animation IS NOT NULL
GROUP BY c.convention_id, c.structure_id, c.territory, c.valid_from, c.required_pieces, s.siret, s.name
ORDER BY s.siret = %(siret)s AND count(*) >= 5 DESC, count(*) DESC, s.siret LIMIT 1"""


@dataclass(frozen=True, slots=True)
class _Claim:
    convention_id: UUID
    structure_id: UUID
    territory: str
    valid_from: date
    required_pieces: Sequence[str]
    siret: str
    name: str
    animation_ids: Sequence[UUID]


class _People:
    def __init__(self, opened: Opened, claim: _Claim) -> None:
        self._opened, self._claim, self._now = opened, claim, utc_now()
        self._files = FileStore(opened.settings.files)
        self._structure = Actor(Role.STRUCTURE, f"compte-{claim.siret}", structures=frozenset([claim.structure_id]))
        self._coordonnateur = Actor(
            Role.COORDONNATEUR, f"coordonnateur-{claim.territory}", territories=frozenset([claim.territory])
        )

    def opens(self, animation_ids: Sequence[UUID]) -> UUID:
        claim = self._claim
        return self._structure_does(
            ServiceDossierOpen(
                structure_id=claim.structure_id,
                convention_id=claim.convention_id,
                period_from=claim.valid_from,
                period_until=self._now.date(),
                animation_ids=tuple(animation_ids),
            )
        )

    def submits(self, dossier_id: UUID, animation_ids: Sequence[UUID]) -> None:
        for animation_id in animation_ids:
            self._attach(AttendanceSheetAttach, animation_id=animation_id)
        for piece in self._claim.required_pieces:
            self._attach(ServicePieceAttach, dossier_id=dossier_id, piece=piece)
        self._structure_does(ServiceDossierSubmit(dossier_id=dossier_id))

    def decides(self, command: Command) -> None:
        self._opened.application.execute(command, self._coordonnateur, self._now)

    def certifies(self, dossier_id: UUID) -> None:
        self.decides(ServiceDossierCertify(dossier_id=dossier_id, overrun_reason="Demande des établissements."))

    def records_payment(self, dossier_id: UUID) -> None:
        paid = ServicePaymentRecord(dossier_id=dossier_id, paid_on=self._now.date(), reference="DEMONSTRATION-1")
        self.decides(paid)

    def _structure_does(self, command: Command) -> UUID:
        return self._opened.application.execute(command, self._structure, self._now).subject_id

    def _attach(self, command_class: type[AttachFile], **about: Any) -> None:
        with self._files.draft(io.BytesIO(self._scan(str(about)))) as draft:
            told = {"media_type": "application/pdf", "size": draft.size}
            self._structure_does(command_class(**about, **told, sha256=draft.sha256, draft=draft))

    def _scan(self, title: str) -> bytes:
        """An empty sheet in place of a signed one."""
        return blank_sheet(
            BlankSheet(
                title=f"Démonstration, {title}",
                kind="Feuille de démonstration",
                starts_at=self._now,
                ends_at=self._now,
                venue="",
                address=None,
                structure=self._claim.name,
                structure_siret=self._claim.siret,
                territory=self._claim.territory,
                seats=8,
                url=self._opened.settings.public_url,
            )
        )


def make_dossiers(opened: Opened, siret: str) -> int:
    """One dossier in each status, for the structure with that SIRET if it has attested enough. Returns how many."""
    claim = _claim(opened, siret)
    if claim is None:
        return 0
    people = _People(opened, claim)
    shares = [share for share in _shares(claim.animation_ids) if share]
    for number, share in enumerate(shares):
        dossier_id = people.opens(share)
        if number >= 1:
            people.submits(dossier_id, share)
        if number == 2:
            people.decides(ServiceDossierReturn(dossier_id=dossier_id, reason="Une feuille est illisible."))
        if number >= 3:
            people.certifies(dossier_id)
        if number == 4:
            people.records_payment(dossier_id)
    return len(shares)


def _shares(animation_ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    """Three animations a dossier at most, and something in each as long as there is enough."""
    size = max(1, min(3, len(animation_ids) // 5))
    return [animation_ids[number * size : (number + 1) * size] for number in range(5)]


def _claim(opened: Opened, siret: str) -> _Claim | None:
    with opened.connection() as conn:
        tables = live_tables(conn)
        row = conn.execute(sql.SQL(_CONVENTION).format(**tables), {"siret": siret}).fetchone()
    return _Claim(*row) if row else None
