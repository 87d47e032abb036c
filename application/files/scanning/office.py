"""Open office documents, which are ZIP archives: whole, without macros, and no larger than they may grow.

Imported by the worker that opens untrusted files: it imports nothing of the application.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as DeflateError

_ODF, _OOXML = "application/vnd.oasis.opendocument.", "application/vnd.openxmlformats-officedocument."
ODT, ODP = f"{_ODF}text", f"{_ODF}presentation"
DOCX, PPTX = f"{_OOXML}wordprocessingml.document", f"{_OOXML}presentationml.presentation"
_MOST_PARTS, _MOST_BYTES = 5_000, 300_000_000
_CHUNK = 1_000_000
_CONTENT_TYPES = "[Content_Types].xml"
#: Parts that hold programs, by the beginnings or ends of their names in lower case.
_PROGRAMS = ("basic/", "scripts/", "word/activex/", "ppt/activex/")
_PROGRAM_FILES = ("vbaproject.bin", "vbadata.xml")


#: External targets that may stay: links, and what only shows or sounds.
_SHOWN_FROM_ELSEWHERE = frozenset({"hyperlink", "image", "video", "audio", "media"})


class _Main(NamedTuple):
    """The part that tells what a document is, and what has to stand in it."""

    part: str
    types: str
    marker: bytes


_MAIN: Mapping[str, _Main] = {
    ODT: _Main("content.xml", "mimetype", ODT.encode()),
    ODP: _Main("content.xml", "mimetype", ODP.encode()),
    DOCX: _Main("word/document.xml", _CONTENT_TYPES, f"{DOCX}.main+xml".encode()),
    PPTX: _Main("ppt/presentation.xml", _CONTENT_TYPES, f"{PPTX}.main+xml".encode()),
}
OFFICE_TYPES = frozenset(_MAIN)


class Unfit(Exception):
    """`reason` in French; `error`: the name of what the library raised, if it did."""

    def __init__(self, reason: str, error: str | None = None) -> None:
        self.reason, self.error = reason, error
        super().__init__(reason)


def check_office(media_type: str, path: Path) -> None:
    """Raise Unfit unless the file is a whole document of that type."""
    try:
        with ZipFile(path) as archive:
            _check(archive, _MAIN[media_type])
    except (BadZipFile, DeflateError, OSError, ValueError, LookupError, RuntimeError, NotImplementedError) as error:
        raise Unfit("le document est abîmé", type(error).__name__) from None


def _check_harmless(archive: ZipFile, names: Iterable[str]) -> None:
    """Raise Unfit for what a program could be hidden in or loaded from."""
    for name in names:
        lower = name.lower().replace("\\", "/")
        if lower.startswith("/") or ".." in lower.split("/"):
            raise Unfit("une partie du document a un chemin qui en sort")
        if "/embeddings/" in lower and lower.endswith((".bin", ".exe")):
            raise Unfit("le document contient un objet incorporé (OLE) : remplacez-le par une image")
        if lower.endswith(".rels") and any(map(_loads_from_elsewhere, _relations(archive, name))):
            raise Unfit("le document charge un modèle ou un objet d'un autre endroit : détachez-le")


def _relations(archive: ZipFile, name: str) -> Iterable[Element]:
    try:
        return fromstring(archive.read(name))
    except ParseError:
        raise Unfit("le document est abîmé", "ParseError") from None


def _loads_from_elsewhere(relation: Element) -> bool:
    kind = relation.get("Type", "").rpartition("/")[2]
    return relation.get("TargetMode", "").lower() == "external" and kind not in _SHOWN_FROM_ELSEWHERE


def _check(archive: ZipFile, main: _Main) -> None:
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_BYTES:
        raise Unfit("le document est trop complexe")
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts) or "EncryptedPackage" in names:
        raise Unfit("le document est protégé par un mot de passe")
    if any(name.lower().startswith(_PROGRAMS) or name.lower().endswith(_PROGRAM_FILES) for name in names):
        raise Unfit("le document contient des macros")
    if not {main.part, main.types} <= names:
        raise Unfit("le document est abîmé")
    size = 0
    for part in parts:
        size += _read(archive, part, _MOST_BYTES - size)
    if main.marker not in archive.read(main.types):
        raise Unfit("le document est abîmé")
    _check_harmless(archive, names)


def _read(archive: ZipFile, part: ZipInfo, most: int) -> int:
    """Read a part to its end, which checks its checksum, and return its size."""
    size = 0
    with archive.open(part) as content:
        while chunk := content.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise Unfit("le document est trop complexe")
    return size
