"""Check a file of a publication: a PDF, a picture or an office document, told by its content and opened to the end."""

from __future__ import annotations

from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path

from application.files.scanning.cleaned import PUBLIC
from application.files.scanning.office import DOCX, ODP, ODT, PPTX
from application.files.scans import ACCEPTED, MAX_SCAN_BYTES, Scan, open_file, scan_of
from domain.kernel.errors import DomainError, invalid

_ACCEPTED = (
    "un PDF, une image (JPEG, PNG, HEIC) ou un document (ODT, ODP, DOCX, PPTX) sans macro, de 20 Mo au plus,"
    " est attendu"
)
_ZIP = b"PK\x03\x04"
#: An OpenDocument begins with its type, uncompressed, in a part of this name.
_ODF_TYPE, _ODF_AT = b"mimetype", 30
_LONGEST_TYPE = 80


def document_of(path: Path, size: int) -> Scan:
    """Return what the file is. Raises INVALID on the field `file`."""
    if size == 0 or size > MAX_SCAN_BYTES or not (media_type := _office_type(path)):
        return _picture_or_pdf(path, size)
    return Scan(media_type, instead=public_file(media_type, path))


def _picture_or_pdf(path: Path, size: int) -> Scan:
    try:
        scan = scan_of(path, size)
    except DomainError as refusal:
        # The words of signed sheets name no documents.
        raise _refused(refusal.problems[0].message.partition(" ;")[0]) from None
    # A HEIC is kept as a JPEG that was made of it.
    return scan if scan.instead is not None else replace(scan, instead=public_file(scan.media_type, path))


def shared_scan_of(path: Path, size: int) -> Scan:
    """Return the PDF or picture without what it notes of people. Raises INVALID on the field `file`."""
    scan = scan_of(path, size)
    return scan if scan.instead is not None else replace(scan, instead=public_file(scan.media_type, path, ACCEPTED))


def public_file(media_type: str, path: Path, accepted: str = _ACCEPTED) -> bytes | None:
    """Return the file without what it notes of people, None if it notes nothing. Raises INVALID on the field `file`."""
    opened = open_file(f"{PUBLIC}{media_type}", path)
    if opened.reason:
        raise _refused(opened.reason, accepted)
    return opened.instead


def _office_type(path: Path) -> str | None:
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        if content[:4] != _ZIP:
            return None
        if content[_ODF_AT : _ODF_AT + len(_ODF_TYPE)] == _ODF_TYPE:
            declared = content[_ODF_AT + len(_ODF_TYPE) : _ODF_AT + len(_ODF_TYPE) + _LONGEST_TYPE]
            # The longer name first: one may begin with the other.
            return next((kind for kind in (ODP, ODT) if declared.startswith(kind.encode())), None)
        for kind, part in ((DOCX, b"word/document.xml"), (PPTX, b"ppt/presentation.xml")):
            if content.find(part) >= 0:
                return kind
    return None


def _refused(reason: str, accepted: str = _ACCEPTED) -> DomainError:
    return invalid(f"{reason[0].upper()}{reason[1:]} ; {accepted}.", "file")
