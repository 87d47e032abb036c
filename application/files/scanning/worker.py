"""A process that opens strangers' files, one after the other, and says what is wrong with each.

Run as a script by `application.files.scanning.opening`. It knows nothing of the application, has none of its secrets,
and is limited in memory, processor time and what it may write: a line of JSON for each file.
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

#: An A3 page at 600 dots per inch has 70 million.
MOST_PIXELS = 80_000_000
#: Of processor time, for one file; the largest that is accepted takes a quarter.
MOST_SECONDS = 8
#: Reading a progressive JPEG of so many points takes a quarter of a gigabyte, a picture as a PNG a third.
MOST_MEMORY = 1_500_000_000
_MOST_OPEN_FILES = 64


class Refused(Exception):
    """`reason` in French; `error`: what the library raised, if it did."""

    def __init__(self, reason: str, error: BaseException | None = None) -> None:
        self.reason, self.error = reason, type(error).__name__ if error else None
        super().__init__(reason)


def open_jpeg(path: Path) -> None:
    _open_image(path, "JPEG", _read_all_of_jpeg)


def open_png(path: Path) -> None:
    # The checksum of every chunk, then the picture itself: right checksums may hold anything.
    _open_image(path, "PNG", lambda image: image.verify())
    _open_image(path, "PNG", lambda image: image.load())


def _open_image(path: Path, kind: str, read: Callable[[Image.Image], object]) -> None:
    try:
        with Image.open(path, formats=(kind,)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("l'image a trop de points")
            read(image)
    except (Refused, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise Refused("l'image a trop de points", error) from None
    # What somebody made to confuse a parser makes it fail in ways that it does not tell of.
    except Exception as error:
        raise Refused("l'image est abîmée", error) from None


def _read_all_of_jpeg(image: Image.Image) -> None:
    # At an eighth of its size: every byte is read, for a sixty-fourth of the memory.
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
    # What somebody made to confuse a parser makes it fail in any of these ways.
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Refused("le PDF est abîmé", error) from None


OPEN: Mapping[str, Callable[[Path], None]] = {
    "application/pdf": open_pdf,
    "image/jpeg": open_jpeg,
    "image/png": open_png,
}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    # Whatever a library has to say of a file, it says to nobody.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    logging.disable(logging.CRITICAL)
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_OPEN_FILES, _MOST_OPEN_FILES))
    for line in sys.stdin:
        media_type, path = json.loads(line)
        used = resource.getrusage(resource.RUSAGE_SELF)
        # Beyond it the kernel ends the process, whatever it is doing.
        seconds = int(used.ru_utime + used.ru_stime) + 1 + MOST_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        answers.write(json.dumps(_said(media_type, Path(path))) + "\n")


def _said(media_type: str, path: Path) -> list[str | None]:
    """The reason to refuse the file, and the error behind it."""
    try:
        OPEN[media_type](path)
    except Refused as refused:
        return [refused.reason, refused.error]
    except MemoryError:
        return ["le fichier demande trop de mémoire", "MemoryError"]
    return [None, None]


if __name__ == "__main__":
    main()
