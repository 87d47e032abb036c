"""Find in PDFs and pictures what could act on the computer of whoever opens them.

Imported by the worker that opens untrusted files: it imports nothing of the application but `office`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from application.files.scanning.office import Unfit

_PROGRAM_KEYS, _FILE_KEYS = frozenset({"/JS", "/JavaScript"}), frozenset({"/EmbeddedFiles", "/EF"})
_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData"})
_PNG_HEAD, _PNG_END = 8, b"IEND"


def check_pdf(path: Path) -> None:
    """Raise Unfit for a PDF with programs or files inside."""
    try:
        for dictionary in dictionaries(PdfReader(path)):
            if not _PROGRAM_KEYS.isdisjoint(dictionary) or dictionary.get("/S") in _ACTIONS:
                raise Unfit("le PDF contient un programme ou une action : enregistrez-le sans eux")
            if not _FILE_KEYS.isdisjoint(dictionary) or dictionary.get("/Subtype") == "/RichMedia":
                raise Unfit("le PDF contient d'autres fichiers : joignez-les à part")
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Unfit("le PDF est abîmé", type(error).__name__) from None


def dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Yield every dictionary of a PDF, those inside others as well."""
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    waiting: list[Any] = [reader.trailer]
    waiting += [IndirectObject(number, generation, reader).get_object() for number, generation in sorted(numbers)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, DictionaryObject):
            yield value
            waiting += [each for each in value.values() if not isinstance(each, IndirectObject)]
        elif isinstance(value, ArrayObject):
            waiting += [each for each in value if not isinstance(each, IndirectObject)]


def check_png(path: Path) -> None:
    """Raise Unfit for a PNG that something else follows."""
    content, at, kind = path.read_bytes(), _PNG_HEAD, b""
    while kind != _PNG_END and at < len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        at += length + 12
    if content[at:].strip(b"\0"):
        raise Unfit("l'image est suivie d'autres données : enregistrez-la de nouveau")


def check_jpeg(path: Path) -> None:
    """Raise Unfit for a JPEG that is an archive as well."""
    if is_zipfile(path):
        raise Unfit("l'image est suivie d'autres données : enregistrez-la de nouveau")
