"""Take out of a file what it notes about people: who wrote it, who saved it last, where a photograph was taken.

Imported by the worker that opens untrusted files: it imports nothing of the application but its neighbours. What is
seen of a file stays as it is; each function returns None where there is nothing to take out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, NameObject

from application.files.scanning.active import check_jpeg, check_pdf, check_png, dictionaries
from application.files.scanning.office import OFFICE_TYPES, Unfit, check_office

#: Before the type of what everybody may download: it is opened once more after it was opened as such.
PUBLIC = "public "
#: Of a PDF's properties: its title is shown, the others are of programs.
_NOT_PERSONAL = frozenset({"/Title", "/Producer", "/Creator", "/CreationDate", "/ModDate", "/Trapped"})
_NOTES_OF_PDF: tuple[str, ...] = ("/Metadata", "/PieceInfo")
_PNG_HEAD, _NOTES_OF_PNG = 8, frozenset((b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"))
#: Of a JPEG: its size on paper, its colours, and how they are stored.
_KEPT_OF_JPEG = frozenset((0xE0, 0xE2, 0xEE))
_COMMENT, _SCAN, _END, _ORIENTATION = 0xFE, 0xDA, 0xD9, 0x0112
_EMPTY = rb"\1\3"
_ELEMENT = rb"(<(?:%s)\b[^>]*>)([^<]*)(</)"
_ATTRIBUTE = rb"""(\b(?:%s)=["'])([^"']*)(["'])"""
_CORE = b"dc:creator|cp:lastModifiedBy|dc:description|cp:keywords|dc:subject|cp:category|cp:contentStatus"
_META = b"dc:creator|meta:initial-creator|meta:printed-by|dc:description|meta:keyword|dc:subject|meta:user-defined"
#: What to empty in the parts of an office document, by their names.
_PARTS: Mapping[str, bytes] = {
    r"docProps/core\.xml": _ELEMENT % _CORE,
    r"docProps/app\.xml": _ELEMENT % b"Company|Manager|HyperlinkBase",
    r"docProps/custom\.xml": _ELEMENT % rb"vt:\w+",
    r"meta\.xml": _ELEMENT % _META,
    # Of changes and comments.
    r"(content|styles)\.xml": _ELEMENT % b"dc:creator|meta:creator-initials|loext:sender-initials",
    r"word/(document|comments|footnotes|endnotes|header\d*|footer\d*)\.xml": _ATTRIBUTE % b"w:author|w:initials",
    r"word/people\.xml": _ATTRIBUTE % b"w15:author|w15:userId",
    r"ppt/(commentAuthors|authors)\.xml": _ATTRIBUTE % b"name|initials|userId",
}
_PICTURES = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}


def cleaned_pdf(path: Path) -> bytes | None:
    """Return the PDF without its properties but its title, and without the names of who commented it."""
    reader = PdfReader(path)
    info = reader.metadata or DictionaryObject()
    noted = not set(info) <= _NOT_PERSONAL
    for each in dictionaries(reader):
        for name in [name for name in _NOTES_OF_PDF if name in each] + (["/T"] if _is_comment(each) else []):
            del each[NameObject(name)]
            noted = True
    if not noted:
        return None
    title, written = info.get("/Title"), io.BytesIO()
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    if title:
        writer.add_metadata({"/Title": str(title)})
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    writer.write(written)
    return written.getvalue()


def _is_comment(dictionary: DictionaryObject) -> bool:
    return "/T" in dictionary and "/Rect" in dictionary and dictionary.get("/Subtype") != "/Widget"


def cleaned_png(content: bytes) -> bytes | None:
    """Return the PNG without texts, times and what a camera noted."""
    kept, at = [content[:_PNG_HEAD]], _PNG_HEAD
    while at < len(content):
        end = at + int.from_bytes(content[at : at + 4], "big") + 12
        if content[at + 4 : at + 8] not in _NOTES_OF_PNG:
            kept.append(content[at:end])
        at = end
    return _changed(content, b"".join(kept))


def cleaned_jpeg(content: bytes) -> bytes | None:
    """Return the JPEG without what a camera or a program noted, but which side is up, and without what follows it."""
    kept = b"".join(_kept_of_jpeg(content))
    if kept == content:
        return None
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        side = image.getexif().get(_ORIENTATION)
    if side not in (None, 1):
        exif = Image.Exif()
        exif[_ORIENTATION] = side
        noted = exif.tobytes()
        kept = kept[:2] + b"\xff\xe1" + (len(noted) + 2).to_bytes(2, "big") + noted + kept[2:]
    return _changed(content, kept)


def _kept_of_jpeg(content: bytes) -> Iterator[bytes]:
    """Yield the segments that make up the picture, up to its end."""
    yield content[:2]
    at = 2
    while at + 4 <= len(content):
        marker = content[at + 1]
        if marker == _END:
            break
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SCAN:
            end = _end_of_scan(content, end)
        if not (0xE0 <= marker <= 0xEF or marker == _COMMENT) or (
            marker in _KEPT_OF_JPEG and not _is_gallery(content[at:end])
        ):
            yield content[at:end]
        at = end
    yield b"\xff\xd9"


def _is_gallery(segment: bytes) -> bool:
    """Return whether the segment is the index of further pictures behind this one (CIPA DC-007)."""
    return segment[4:8] == b"MPF\0"


def _end_of_scan(content: bytes, at: int) -> int:
    """Return where the picture's data end: at a marker other than a restart."""
    while 0 <= (at := content.find(b"\xff", at)) < len(content) - 1:
        following = content[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0 or 0xD0 <= following <= 0xD7:
            at += 2
        else:
            return at
    return len(content)


def cleaned_office(path: Path) -> bytes | None:
    """Return the document without its properties but its title, and without the names of who changed it."""
    with ZipFile(path) as archive:
        parts = {part.filename: _cleaned_part(part.filename, archive) for part in archive.infolist()}
        if not any(content is not None for content in parts.values()):
            return None
        written = io.BytesIO()
        with ZipFile(written, "w") as copy:
            for part in archive.infolist():
                content = parts[part.filename]
                copy.writestr(part, archive.read(part) if content is None else content)
    return written.getvalue()


def _cleaned_part(name: str, archive: ZipFile) -> bytes | None:
    for pattern, noted in _PARTS.items():
        if re.fullmatch(pattern, name):
            content = archive.read(name)
            return _changed(content, re.sub(noted, _EMPTY, content))
    picture = _PICTURES.get(Path(name).suffix.lower())
    if picture is None:
        return None
    try:
        return {"jpeg": cleaned_jpeg, "png": cleaned_png}[picture](archive.read(name))
    except (OSError, ValueError, LookupError):
        # It shows nothing, or what its name does not say.
        return None


def _changed(content: bytes, kept: Any) -> bytes | None:
    return None if kept == content else bytes(kept)


def _pdf(path: Path) -> bytes | None:
    check_pdf(path)
    try:
        return cleaned_pdf(path)
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Unfit("le PDF est abîmé", type(error).__name__) from None


def _png(path: Path) -> bytes | None:
    check_png(path)
    return cleaned_png(path.read_bytes())


def _jpeg(path: Path) -> bytes | None:
    check_jpeg(path)
    return cleaned_jpeg(path.read_bytes())


def _office(kind: str, path: Path) -> bytes | None:
    check_office(kind, path)
    return cleaned_office(path)


#: Each refuses what acts, and returns what is kept instead of the file.
OPEN_PUBLIC: Mapping[str, Callable[[Path], bytes | None]] = {
    f"{PUBLIC}application/pdf": _pdf,
    f"{PUBLIC}image/png": _png,
    f"{PUBLIC}image/jpeg": _jpeg,
    **{f"{PUBLIC}{kind}": partial(_office, kind) for kind in OFFICE_TYPES},
}
