"""What a signed sheet may be: recognised by its content, whatever its name says, and opened to see that it is whole."""

from __future__ import annotations

import atexit
import logging
from pathlib import Path

import filetype

from application.files.scanning.opening import TOO_LONG, Openers, Stopped
from domain.kernel.errors import DomainError, invalid

log = logging.getLogger(__name__)

LARGEST_SCAN = 20 * 1024 * 1024
_MEDIA_TYPES = frozenset(("application/pdf", "image/jpeg", "image/png"))
_ACCEPTED = "un PDF ou une image JPEG ou PNG de 20 Mo au plus est attendu"
_openers = Openers()
atexit.register(_openers.close)


def media_type_of(path: Path, size: int) -> str:
    """`application/pdf`, `image/jpeg` or `image/png`. Raises INVALID on the field `file`, saying what is accepted."""
    if size == 0:
        raise _refused("le fichier est vide")
    if size > LARGEST_SCAN:
        raise too_large()
    found = filetype.guess_mime(str(path))
    if found not in _MEDIA_TYPES:
        raise _refused("ce n'est pas un fichier accepté")
    if reason := _why_not(found, path):
        raise _refused(reason)
    return str(found)


def _why_not(media_type: str, path: Path) -> str | None:
    try:
        reason, error = _openers.why_not(media_type, path)
    except Stopped:
        log.warning("a file was given up that took too long to open", extra={"media_type": media_type})
        return TOO_LONG
    if reason:
        log.info("a broken file was refused", extra={"media_type": media_type, "error": error})
    return reason


def too_large() -> DomainError:
    return _refused("le fichier est trop volumineux")


def _refused(reason: str) -> DomainError:
    return invalid(f"file : {reason} ; {_ACCEPTED}.", "file")
