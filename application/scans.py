"""What a signed sheet may be: recognised by its content, whatever its name says, and opened to see that it is whole."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import BoundedSemaphore

import filetype
from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from domain.errors import DomainError, invalid

log = logging.getLogger(__name__)

LARGEST_SCAN = 20 * 1024 * 1024
#: An A3 page at 600 dots per inch has 70 million.
MOST_PIXELS = 80_000_000
#: Reading a progressive JPEG of so many points takes a quarter of a gigabyte: few at a time.
_OPENING = BoundedSemaphore(2)
_ACCEPTED = "un PDF ou une image JPEG ou PNG de 20 Mo au plus est attendu"


def media_type_of(path: Path, size: int) -> str:
    """`application/pdf`, `image/jpeg` or `image/png`. Raises INVALID on the field `file`, saying what is accepted."""
    if size == 0:
        raise _refused("le fichier est vide")
    if size > LARGEST_SCAN:
        raise too_large()
    found = filetype.guess_mime(str(path))
    if found not in _OPENED_BY:
        raise _refused("ce n'est pas un fichier accepté")
    with _OPENING:
        reason = _OPENED_BY[found](path)
    if reason:
        raise _refused(reason)
    return str(found)


def too_large() -> DomainError:
    return _refused("le fichier est trop volumineux")


def _refused(reason: str) -> DomainError:
    return invalid(f"file : {reason} ; {_ACCEPTED}.", "file")


def _why_not_jpeg(path: Path) -> str | None:
    return _why_not_image(path, "JPEG", _read_all_of_jpeg)


def _why_not_png(path: Path) -> str | None:
    # The checksum of every chunk, then the picture itself: right checksums may hold anything.
    return _why_not_image(path, "PNG", lambda image: image.verify()) or _why_not_image(
        path, "PNG", lambda image: image.load()
    )


def _why_not_image(path: Path, kind: str, read: Callable[[Image.Image], object]) -> str | None:
    try:
        with Image.open(path, formats=(kind,)) as image:
            if image.width * image.height > MOST_PIXELS:
                return "l'image a trop de points"
            read(image)
    except Image.DecompressionBombError:
        return "l'image a trop de points"
    # What somebody made to confuse a parser makes it fail in ways that it does not tell of.
    except Exception as error:
        log.info("a broken image was refused", extra={"kind": kind, "error": type(error).__name__})
        return "l'image est abîmée"
    return None


def _read_all_of_jpeg(image: Image.Image) -> None:
    # At an eighth of its size: every byte is read, for a sixty-fourth of the memory.
    image.draft("RGB", (1, 1))
    image.load()


def _why_not_pdf(path: Path) -> str | None:
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return "le PDF est protégé par un mot de passe"
        if not reader.pages:
            return "le PDF n'a aucune page"
        reader.pages[0].mediabox  # noqa: B018  # reads the page
    # What somebody made to confuse a parser makes it fail in any of these ways.
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        log.info("a broken PDF was refused", extra={"error": type(error).__name__})
        return "le PDF est abîmé"
    return None


_OPENED_BY: Mapping[str, Callable[[Path], str | None]] = {
    "application/pdf": _why_not_pdf,
    "image/jpeg": _why_not_jpeg,
    "image/png": _why_not_png,
}
