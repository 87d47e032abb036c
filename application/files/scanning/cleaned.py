"""Take out of a file what it notes about people: who wrote it, who saved it last, where a photograph was taken.

Imported by the worker that opens untrusted files: it imports nothing of the application but its neighbours. What is
seen of a file stays as it is; each function returns None where there is nothing to take out.
"""

from __future__ import annotations

import io
import posixpath
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring
from zipfile import BadZipFile, ZipFile

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from application.files.scanning.active import check_jpeg, check_pdf, check_png, dictionaries
from application.files.scanning.office import OFFICE_TYPES, Unfit, check_office
from application.files.scanning.office_notes import cleaned_xml, is_dropped

#: Before the type of what everybody may download: it is opened once more after it was opened as such.
PUBLIC = "public "
#: The properties of a PDF that stay: its title is shown, the others are written by programs.
_NOT_PERSONAL = frozenset({"/Title", "/Producer", "/Creator", "/CreationDate", "/ModDate", "/Trapped"})
_NOTES_OF_PDF: tuple[str, ...] = ("/Metadata", "/PieceInfo")
_PNG_HEAD = 8
#: The chunks of a PNG that stay: its points, its colours, its size on paper, and how it moves.
_KEPT_OF_PNG = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT cICP mDCV cLLI acTL fcTL fdAT".split()
)
#: The segments of a JPEG that stay: its size on paper, its colours, and how they are stored, by marker and beginning.
_KEPT_OF_JPEG: Mapping[int, bytes] = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_COMMENT, _SCAN, _END, _ORIENTATION = 0xFE, 0xDA, 0xD9, 0x0112
_JPEG, _PNG, _ZIP = b"\xff\xd8\xff", b"\x89PNG\r\n", b"PK\x03\x04"
#: Documents may hold tables that hold documents.
_DEEPEST, _MOST_BYTES = 3, 300_000_000
_OF_DATA = "/customXml"


def cleaned_pdf(path: Path) -> bytes | None:
    """Return the PDF in its last state, without properties but the title, and without the names of commenters."""
    reader = PdfReader(path)
    info = reader.metadata or DictionaryObject()
    noted = not set(info) <= _NOT_PERSONAL or _was_something_else(path.read_bytes()) or _has_loose_objects(reader)
    for each in dictionaries(reader):
        for name in [name for name in _NOTES_OF_PDF if name in each] + (["/T"] if _is_comment(each) else []):
            del each[NameObject(name)]
            noted = True
        noted = (isinstance(each, StreamObject) and _clean_photograph(each)) or noted
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


def _was_something_else(content: bytes) -> bool:
    """Return whether earlier states of the PDF are in it, or something follows it."""
    return content.count(b"startxref") != 1 or bool(content.rpartition(b"%%EOF")[2].strip())


def _has_loose_objects(reader: PdfReader) -> bool:
    """Return whether something in the PDF is not of its pages: a program left it there, shown or not."""
    listed = {(number, generation) for generation, table in reader.xref.items() for number in table}
    listed |= {(number, 0) for number in reader.xref_objStm}
    reached: set[int] = set()
    waiting: list[Any] = [reader.trailer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            if value.idnum in reached:
                continue
            reached.add(value.idnum)
            value = value.get_object()
        if isinstance(value, DictionaryObject):
            waiting += value.values()
        elif isinstance(value, ArrayObject):
            waiting += value
    loose = (
        IndirectObject(number, generation, reader).get_object()
        for number, generation in listed
        if number not in reached
    )
    return any(each is not None and not _is_of_storage(each) for each in loose)


def _is_of_storage(value: Any) -> bool:
    return isinstance(value, DictionaryObject) and value.get("/Type") in ("/XRef", "/ObjStm")


def _clean_photograph(stream: StreamObject) -> bool:
    """Take out what a photograph notes; return whether it noted anything."""
    filters = stream.get("/Filter")
    names, content = filters if isinstance(filters, ArrayObject) else [filters], StreamObject.get_data(stream)
    if list(names) == ["/FlateDecode", "/DCTDecode"]:
        content = zlib.decompress(content)
    elif list(names) != ["/DCTDecode"]:
        return False
    try:
        cleaned = cleaned_jpeg(content)
    except OSError:
        # No picture that anything shows.
        return False
    if cleaned is None:
        return False
    StreamObject.set_data(stream, cleaned)
    stream[NameObject("/Filter")] = NameObject("/DCTDecode")
    if len(names) > 1:
        stream.pop(NameObject("/DecodeParms"), None)
    return True


def _is_comment(dictionary: DictionaryObject) -> bool:
    return "/T" in dictionary and "/Rect" in dictionary and dictionary.get("/Subtype") != "/Widget"


def cleaned_png(content: bytes) -> bytes | None:
    """Return the PNG without texts, times and what a camera noted."""
    chunks, at = [content[:_PNG_HEAD]], _PNG_HEAD
    while at < len(content):
        end = at + int.from_bytes(content[at : at + 4], "big") + 12
        if content[at + 4 : at + 8] in _KEPT_OF_PNG:
            chunks.append(content[at:end])
        at = end
    return _changed(content, b"".join(chunks))


def cleaned_jpeg(content: bytes) -> bytes | None:
    """Return the JPEG without what a camera or a program noted, but which side is up, and without what follows it."""
    cleaned = b"".join(_kept_of_jpeg(content))
    if cleaned == content:
        return None
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        side = image.getexif().get(_ORIENTATION)
    if side not in (None, 1):
        exif = Image.Exif()
        exif[_ORIENTATION] = side
        noted = exif.tobytes()
        cleaned = cleaned[:2] + b"\xff\xe1" + (len(noted) + 2).to_bytes(2, "big") + noted + cleaned[2:]
    return _changed(content, cleaned)


def _kept_of_jpeg(content: bytes) -> Iterator[bytes]:
    """Yield the segments that make up the picture, up to its end."""
    yield content[:2]
    at = 2
    while at + 4 <= len(content):
        marker = content[at + 1]
        if content[at] != 0xFF or marker in (0, 0xFF):
            # Decoders pass over what stands between segments.
            at += 1
            continue
        if marker == _END:
            break
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SCAN:
            end = _end_of_scan(content, end)
        if not (0xE0 <= marker <= 0xEF or marker == _COMMENT) or _is_kept_of_jpeg(marker, content[at + 4 : end]):
            yield content[at:end]
        at = end
    yield b"\xff\xd9"


def _is_kept_of_jpeg(marker: int, noted: bytes) -> bool:
    return marker in _KEPT_OF_JPEG and noted.startswith(_KEPT_OF_JPEG[marker])


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
    """Return the document without properties but the title, and without the names of those who changed it."""
    with ZipFile(path) as archive:
        return _cleaned_archive(archive, 0)


def _cleaned_archive(archive: ZipFile, depth: int) -> bytes | None:
    # The sizes of a document's own parts were looked at when it was opened.
    if depth and sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
        raise Unfit("le document est trop complexe")
    data = _parts_of_data(archive)
    members = [part for part in archive.infolist() if not is_dropped(part.filename)]
    parts = [_cleaned_part(part.filename, archive.read(part), part.filename in data, depth) for part in members]
    if len(members) == len(archive.infolist()) and not archive.comment and all(part is None for part in parts):
        return None
    written = io.BytesIO()
    with ZipFile(written, "w") as copy:
        for part, content in zip(members, parts, strict=True):
            copy.writestr(part, archive.read(part) if content is None else content)
    return written.getvalue()


def _parts_of_data(archive: ZipFile) -> frozenset[str]:
    """Return the parts that hold data for programs, by what the others call them."""
    names: set[str] = set()
    for relations in (name for name in archive.namelist() if name.endswith(".rels")):
        folder = posixpath.dirname(posixpath.dirname(relations))
        for relation in fromstring(archive.read(relations)):
            if relation.get("Type", "").endswith(_OF_DATA):
                names.add(posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))[1:])
    return frozenset(names)


def _cleaned_part(name: str, content: bytes, data: bool, depth: int) -> bytes | None:
    try:
        if content.startswith(_JPEG):
            return cleaned_jpeg(content)
        if content.startswith(_PNG):
            return cleaned_png(content)
    except (OSError, ValueError, LookupError):
        # The part cannot be shown, or is not what its beginning says.
        return None
    if not content.startswith(_ZIP):
        return cleaned_xml(name, content, data)
    if depth == _DEEPEST:
        raise Unfit("le document est trop complexe")
    with ZipFile(io.BytesIO(content)) as archive:
        return _cleaned_archive(archive, depth + 1)


def _changed(content: bytes, cleaned: Any) -> bytes | None:
    return None if cleaned == content else bytes(cleaned)


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
    try:
        return cleaned_office(path)
    except (BadZipFile, zlib.error, ParseError, OSError, ValueError, LookupError, RuntimeError) as error:
        raise Unfit("le document est abîmé", type(error).__name__) from None


#: Each refuses what acts, and returns what is kept instead of the file.
OPEN_PUBLIC: Mapping[str, Callable[[Path], bytes | None]] = {
    f"{PUBLIC}application/pdf": _pdf,
    f"{PUBLIC}image/png": _png,
    f"{PUBLIC}image/jpeg": _jpeg,
    **{f"{PUBLIC}{kind}": partial(_office, kind) for kind in OFFICE_TYPES},
}
