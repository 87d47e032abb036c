"""The signed attendance sheet: proof of service, attached afterwards (docs/glossary.md, "Life of an animation")."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from domain.animations.animation import Animation
from domain.animations.events import AttendanceSheetAttached
from domain.animations.transitions import check_with_dossier
from domain.kernel.actors import Actor
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stored file: its display name, its media type, its size in bytes, its SHA-256 in hexadecimal."""

    file_name: str
    media_type: str
    size: int
    sha256: str


def attach_sheet(
    state: Animation, dossier_status: DossierStatus | None, actor: Actor, sheet: Sheet, now: datetime
) -> list[Event]:
    """Attach a sheet to a published animation after its end, attested or not. The latest sheet is shown."""
    check_with_dossier(Action.ATTENDANCE_SHEET_ATTACH, state, dossier_status, actor, now)
    if sheet.sha256 == state.sheet:
        raise broken("Ce fichier est déjà la liste d'émargement de l'animation.", "file")
    return [AttendanceSheetAttached(**asdict(sheet))]
