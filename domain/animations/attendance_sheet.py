"""The signed attendance sheet: proof of service, attached afterwards (docs/glossary.md, "Life of an animation")."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from domain.animations.animation import Animation
from domain.animations.events import AttendanceSheetAttached, AttendanceSheetWithdrawn
from domain.animations.transitions import check_with_dossier
from domain.files.pages import MOST_FILES
from domain.kernel.actors import Actor
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import broken, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import required_reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page, as a stored file: its display name, its media type, its size in bytes, its SHA-256 in hexadecimal.

    `likenesses` are those of `application.files.scanning`.
    """

    file_name: str
    media_type: str
    size: int
    sha256: str
    likenesses: tuple[str, ...] = ()


def attach_sheet(
    state: Animation,
    dossier_status: DossierStatus | None,
    actor: Actor,
    sheet: Sheet,
    now: datetime,
    replaces: str | None = None,
    reason: str | None = None,
) -> list[Event]:
    """Add a page to the sheet of a published animation after its end, attested or not.

    With `replaces`, the digest of a page that was attached, the new one takes its place, for a reason.
    """
    check_with_dossier(Action.ATTENDANCE_SHEET_ATTACH, state, dossier_status, actor, now)
    if replaces is not None:
        _check_attached(state, replaces, "replaces")
        reason = required_reason(reason or "")
    if sheet.sha256 in state.sheets:
        raise broken("Ce fichier est déjà une page de la liste d'émargement de l'animation.", "file")
    if replaces is None and len(state.sheets) >= MOST_FILES:
        raise broken(f"{MOST_FILES} fichiers au plus par liste d'émargement : réunissez les pages en un PDF.", "file")
    replaced = () if replaces is None else (replaces,)
    return [AttendanceSheetAttached(**asdict(sheet), replaces=replaced, reason=reason if replaced else None)]


def withdraw_sheet(
    state: Animation, dossier_status: DossierStatus | None, actor: Actor, sha256: str, reason: str, now: datetime
) -> list[Event]:
    """Withdraw a page that was attached by mistake. History keeps it."""
    check_with_dossier(Action.ATTENDANCE_SHEET_WITHDRAW, state, dossier_status, actor, now)
    _check_attached(state, sha256, "sha256")
    return [AttendanceSheetWithdrawn(sha256=sha256, reason=required_reason(reason))]


def _check_attached(state: Animation, sha256: str, field: str) -> None:
    if sha256 not in state.sheets:
        raise invalid("Aucune page de la liste d'émargement n'a cette empreinte.", field)
