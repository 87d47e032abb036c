"""Check a signed sheet: recognise its type by content, whatever its name says, and open it to see that it is whole."""

from __future__ import annotations

import atexit
import logging
from pathlib import Path

import filetype

from application.files.scanning.opening import TOO_LONG, Openers, Stopped
from domain.kernel.errors import DomainError, invalid

log = logging.getLogger(__name__)

MAX_SCAN_BYTES = 20 * 1024 * 1024
_MEDIA_TYPES = frozenset(("application/pdf", "image/jpeg", "image/png"))
_ACCEPTED = "un PDF ou une image JPEG ou PNG de 20 Mo au plus est attendu"
_openers = Openers()
atexit.register(_openers.close)


def media_type_of(path: Path, size: int) -> str:
    """Return `application/pdf`, `image/jpeg` or `image/png`. Raises INVALID on the field `file`."""
    if size == 0:
        raise _refused("le fichier est vide")
    if size > MAX_SCAN_BYTES:
        raise too_large()
    media_type = filetype.guess_mime(str(path))
    if media_type not in _MEDIA_TYPES:
        raise _refused("ce n'est pas un fichier accepté")
    if reason := _defect(media_type, path):
        raise _refused(reason)
    return str(media_type)


def _defect(media_type: str, path: Path) -> str | None:
    try:
        reason, error = _openers.find_defect(media_type, path)
    except Stopped:
        log.warning("opening a file took too long", extra={"media_type": media_type})
        return TOO_LONG
    if reason:
        log.info("broken file refused", extra={"media_type": media_type, "error": error})
    return reason


def too_large() -> DomainError:
    return _refused("le fichier est trop volumineux")


def _refused(reason: str) -> DomainError:
    return invalid(f"file : {reason} ; {_ACCEPTED}.", "file")
