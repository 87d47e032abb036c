"""Check a file of a publication: a PDF, a picture or an office document, told by its content and opened to the end."""

from __future__ import annotations

from mmap import ACCESS_READ, mmap
from pathlib import Path

from application.files.scanning.office import DOCX, ODP, ODT, PPTX
from application.files.scans import MAX_SCAN_BYTES, Scan, check_whole, scan_of
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
    if reason := check_whole(media_type, path):
        raise _refused(reason)
    return Scan(media_type)


def _picture_or_pdf(path: Path, size: int) -> Scan:
    try:
        scan = scan_of(path, size)
    except DomainError as refusal:
        # The words of signed sheets name no documents.
        raise _refused(refusal.problems[0].message.partition(" ;")[0]) from None
    # A HEIC is kept as a JPEG that was made of it.
    if scan.jpeg is None and (reason := check_whole(f"public {scan.media_type}", path)):
        raise _refused(reason)
    return scan


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


def _refused(reason: str) -> DomainError:
    return invalid(f"{reason[0].upper()}{reason[1:]} ; {_ACCEPTED}.", "file")
