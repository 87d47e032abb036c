"""Scans as people hand them in, small ones, and what is none though it says so."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

from PIL import Image
from pypdf import PdfWriter

_PAGE = (595, 842)


def pdf(pages: int = 1, password: str | None = None, title: str = "Émargement") -> bytes:
    """`title` makes one file differ from another."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(*_PAGE)
    writer.add_metadata({"/Title": title})
    if password is not None:
        writer.encrypt(password)
    return _written(writer.write)


def pdf_bomb() -> bytes:
    """A few hundred kilobytes whose table of objects is 100 million bytes long."""
    table = zlib.compress(bytes(100_000_000), 1)
    head = b"%PDF-1.5\n"
    what = b"<</Type/XRef/Size 3/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length %d>>" % len(table)
    return head + b"1 0 obj\n%b\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % (what, table, len(head))


def jpeg() -> bytes:
    return _image("JPEG")


def png() -> bytes:
    return _image("PNG")


def heic() -> bytes:
    """A photograph of 160 by 120 points, of the kind that telephones take."""
    return Path(__file__).with_name("photograph.heic").read_bytes()


def png_bomb(side: int) -> bytes:
    """A few kilobytes that say they are `side` times `side` points, black and white."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def png_of(*pictures: bytes) -> bytes:
    """100 points by 100, with right checksums, whose picture is in these pieces: none, or what nobody can decode."""
    header = struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0)
    data = b"".join(_chunk(b"IDAT", picture) for picture in pictures)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + data + _chunk(b"IEND", b"")


def flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


def _image(kind: str) -> bytes:
    return _written(lambda file: Image.effect_noise((300, 400), 60).save(file, kind))


def _written(write) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
