"""Check a signed sheet: recognise its type by content, whatever its name says, and open it to see that it is whole."""

from __future__ import annotations

import atexit
import logging
from dataclasses import dataclass
from pathlib import Path

import filetype

from application.files.scanning.opening import TOO_LONG, OpenedFile, Openers, Stopped
from domain.kernel.errors import DomainError, invalid

log = logging.getLogger(__name__)

MAX_SCAN_BYTES = 20 * 1024 * 1024
_KEPT = frozenset(("application/pdf", "image/jpeg", "image/png"))
_HEIC = "image/heic"
#: Brands that telephones write at the beginning of their photographs, other than `heic`.
_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"mif1"))
ACCEPTED = "un PDF, une image JPEG ou PNG, ou une photo de téléphone (HEIC) de 20 Mo au plus est attendu"
_openers = Openers()
atexit.register(_openers.close)


@dataclass(frozen=True, slots=True)
class Scan:
    """A file that is whole. `likenesses`: what its pages look like, to find the same scan saved again.

    `instead`: what is kept in its place: a JPEG of what few programs can show, or the file without notes of people.
    """

    media_type: str
    likenesses: tuple[str, ...] = ()
    instead: bytes | None = None


def scan_of(path: Path, size: int) -> Scan:
    """Return the scan, as `application/pdf`, `image/jpeg` or `image/png`. Raises INVALID on the field `file`."""
    if size == 0:
        raise _refused("le fichier est vide")
    if size > MAX_SCAN_BYTES:
        raise too_large()
    media_type = _HEIC if _is_heic(path) else filetype.guess_mime(str(path))
    if media_type not in {*_KEPT, _HEIC}:
        raise _refused("ce n'est pas un fichier accepté")
    opened = open_file(media_type, path)
    if opened.reason:
        raise _refused(opened.reason)
    return Scan("image/jpeg" if opened.instead else media_type, opened.likenesses, opened.instead)


def _is_heic(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(64)
    end = int.from_bytes(head[:4], "big")
    return head[4:8] == b"ftyp" and not _BRANDS.isdisjoint(head[at : at + 4] for at in (8, *range(16, end, 4)))


def open_file(media_type: str, path: Path) -> OpenedFile:
    """Open a file of this type, in a process apart."""
    try:
        opened = _openers.open(media_type, path)
    except Stopped:
        log.warning("opening a file took too long", extra={"media_type": media_type})
        return OpenedFile(TOO_LONG, None)
    if opened.reason:
        log.info("broken file refused", extra={"media_type": media_type, "error": opened.error})
    return opened


def too_large() -> DomainError:
    return _refused("le fichier est trop volumineux")


def _refused(reason: str) -> DomainError:
    return invalid(f"{reason[0].upper()}{reason[1:]} ; {ACCEPTED}.", "file")
