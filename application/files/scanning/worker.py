"""A process that opens untrusted files, one after the other, and reports what is wrong with each.

Run as a script by `application.files.scanning.opening`. It imports nothing of the application, gets none of its
secrets, and is limited in memory, processor time and writing: one line of JSON for each file.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError

#: An A3 page at 600 dots per inch has 70 million pixels.
MAX_PIXELS = 80_000_000
#: Processor time for one file; the largest accepted one takes a quarter.
MAX_SECONDS = 8
#: Reading a progressive JPEG with that many pixels takes a quarter of a gigabyte, a PNG a third.
MAX_MEMORY = 1_500_000_000
_MAX_OPEN_FILES = 64


class Refused(Exception):
    """`reason` in French; `error`: what the library raised, if it did."""

    def __init__(self, reason: str, error: BaseException | None = None) -> None:
        self.reason, self.error = reason, type(error).__name__ if error else None
        super().__init__(reason)


def open_jpeg(path: Path) -> None:
    _open_image(path, "JPEG", _read_all_of_jpeg)


def open_png(path: Path) -> None:
    # Verify the checksum of every chunk, then decode: valid checksums may cover invalid data.
    _open_image(path, "PNG", lambda image: image.verify())
    _open_image(path, "PNG", lambda image: image.load())


def _open_image(path: Path, kind: str, read: Callable[[Image.Image], object]) -> None:
    try:
        with Image.open(path, formats=(kind,)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused("l'image a trop de points")
            read(image)
    except (Refused, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise Refused("l'image a trop de points", error) from None
    # A file made to confuse a parser makes it fail in undocumented ways.
    except Exception as error:
        raise Refused("l'image est abîmée", error) from None


def _read_all_of_jpeg(image: Image.Image) -> None:
    # At an eighth of the size, every byte is read with a sixty-fourth of the memory.
    image.draft("RGB", (1, 1))
    image.load()


def open_pdf(path: Path) -> None:
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("le PDF est protégé par un mot de passe")
        if not reader.pages:
            raise Refused("le PDF n'a aucune page")
        reader.pages[0].mediabox  # noqa: B018  # reads the page
    # A file made to confuse a parser makes it fail in any of these ways.
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Refused("le PDF est abîmé", error) from None


OPEN: Mapping[str, Callable[[Path], None]] = {
    "application/pdf": open_pdf,
    "image/jpeg": open_jpeg,
    "image/png": open_png,
}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    # Silence the libraries: stdout carries answers only.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    logging.disable(logging.CRITICAL)
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))
    for line in sys.stdin:
        media_type, path = json.loads(line)
        used = resource.getrusage(resource.RUSAGE_SELF)
        # The kernel kills the process beyond it.
        seconds = int(used.ru_utime + used.ru_stime) + 1 + MAX_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        answers.write(json.dumps(_defect(media_type, Path(path))) + "\n")


def _defect(media_type: str, path: Path) -> list[str | None]:
    """Return the reason to refuse the file, and the error behind it."""
    try:
        OPEN[media_type](path)
    except Refused as refused:
        return [refused.reason, refused.error]
    except MemoryError:
        return ["le fichier demande trop de mémoire", "MemoryError"]
    return [None, None]


if __name__ == "__main__":
    main()
