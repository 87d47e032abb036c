"""A paid dossier with sheets and an amendment, in a world of its own, and its bundle."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from application.animations.attendance_sheets import AttendanceSheetAttach
from application.animations.commands import AnimationAttest
from application.files.store import FileStore
from application.proof.bundle import Prover, export_bundle
from application.proof.completeness.committing import Execute, map_commits
from application.proof.notes import SigningKey
from application.service_dossiers.amendments import ServiceAmendmentAccept, ServiceAmendmentPropose
from application.service_dossiers.commands import (
    ServiceDossierCertify,
    ServiceDossierOpen,
    ServiceDossierSubmit,
    ServicePaymentRecord,
)
from tests.support.papers.dossiers import pdf
from tests.support.world import COORDONNATEUR, NATIONAL, STRUCTURE, STRUCTURE_ID, World

KEY = SigningKey.from_seed(b"k" * 32)


@dataclass
class Claim:
    """A structure that asks to be paid in a world."""

    world: World
    files: FileStore

    def attested(self, count: int) -> list[UUID]:
        """Animations that have been held, each with its signed sheet."""
        world = self.world
        held = [
            world.creates(title=f"Café n° {number} : l'été", venue_name=f"Salle {number}")
            for number in range(1, count + 1)
        ]
        for animation_id in held:
            world.publishes(animation_id)
        world.now += timedelta(days=1)
        for number, animation_id in enumerate(held):
            world.does(AnimationAttest(animation_id=animation_id, parents=9 + number), STRUCTURE)
            self._attach_sheet(animation_id, number)
        return held

    def _attach_sheet(self, animation_id: UUID, number: int) -> None:
        with self.files.draft(io.BytesIO(pdf(title=f"Feuille {number}"))) as draft:
            file = {"media_type": "application/pdf", "size": draft.size, "sha256": draft.sha256, "draft": draft}
            sheet = AttendanceSheetAttach(animation_id=animation_id, **file)
            self.world.does(sheet, STRUCTURE)

    def opened(self, *animation_ids: UUID) -> UUID:
        opened = ServiceDossierOpen(
            structure_id=STRUCTURE_ID,
            convention_id=self.world.conventions[0],
            period_from=date(2026, 9, 1),
            period_until=date(2027, 8, 31),
            animation_ids=animation_ids,
        )
        return self.world.does(opened, STRUCTURE).subject_id

    def submitted(self, *animation_ids: UUID) -> UUID:
        dossier_id = self.opened(*animation_ids)
        self.world.does(ServiceDossierSubmit(dossier_id=dossier_id), STRUCTURE)
        return dossier_id

    def certified(self, *animation_ids: UUID) -> UUID:
        dossier_id = self.submitted(*animation_ids)
        self.world.does(ServiceDossierCertify(dossier_id=dossier_id), COORDONNATEUR)
        return dossier_id

    def paid(self, *animation_ids: UUID) -> UUID:
        """With an amendment of its first animation, accepted."""
        dossier_id = self.certified(*animation_ids)
        amended = {"animation_id": animation_ids[0], "parents": 7, "reason": "Deux signatures en double"}
        self.world.does(ServiceAmendmentPropose(dossier_id=dossier_id, **amended), STRUCTURE)
        self.world.does(ServiceAmendmentAccept(dossier_id=dossier_id, number=1), COORDONNATEUR)
        paid_on = self.world.now.date()
        self.world.does(ServicePaymentRecord(dossier_id=dossier_id, paid_on=paid_on, reference="VIR-1"), NATIONAL)
        return dossier_id

    def export(self, dossier_id: UUID, path: Path, key: SigningKey = KEY, execute: Execute | None = None) -> Path:
        with self.world.app.pool.connection() as conn:
            prover = Prover(self.world.app.vault, key, map_commits(execute or self.world.app.execute))
            export_bundle(path, conn, prover, dossier_id, self.world.now, self.files.read)
        return path
