"""A process that opens untrusted files, one after the other: what is wrong with each, and what it looks like.

Run as a script by `application.files.scanning.opening`. It imports nothing of the application but its neighbours, gets
none of its secrets, and is limited in memory, processor time and writing. Two lines of JSON for each file: the reason
to refuse it, the error behind that and the length of what is kept instead of it, which follows the line; then its
likenesses.
"""

from __future__ import annotations

import io
import json
import logging
import os
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice, pairwise
from pathlib import Path
from time import process_time
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageOps
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from application.files.scanning.cleaned import OPEN_PUBLIC, PUBLIC
from application.files.scanning.office import Unfit

#: An A3 page at 600 dots per inch has 70 million pixels, an A4 page at 1,200 twice as many: in colour too large.
MAX_PIXELS = 100_000_000
#: The same with one byte for each pixel in memory: black and white, shades of grey, a palette.
MAX_PIXELS_OF_ONE_BYTE = 300_000_000
_ONE_BYTE = frozenset(("1", "L", "P"))
#: Processor time for one file; the largest accepted one takes a half.
MAX_SECONDS = 8
#: Processor time for its likenesses, which it may do without.
MAX_SECONDS_LIKENESS = 8
#: Reading a progressive JPEG or a PNG with that many pixels takes at most half a gigabyte.
MAX_MEMORY = 1_500_000_000
_MAX_OPEN_FILES = 64
#: The quality of a JPEG made from a HEIC.
_QUALITY = 88

#: A likeness has a bit for each of so many rows and columns: whether the page grows darker there, by more than a trace.
GRID = 48
_TRACE = 6
#: Too little on a page to tell it from another: white, or a line of text.
_FEWEST_BITS = 20
#: Pages of one PDF whose likenesses are taken, as long as they take no more processor time together.
_MOST_PAGES, _MOST_SECONDS_PAGES = 40, 5
#: The size, in points, that a page is brought to before it is looked at.
_NORMAL = (840, 1188)
#: From this mean shade of 255 a row or column has ink on it; above this one it is a line of the form.
_INKED, _LINE = 6, 60
#: How far a line reaches beside its darkest row or column.
_LINE_REACH = 3
#: Shorter sides are those of logos and stamps.
_SHORTEST_SIDE = 400
Likeness = str


class Refused(Exception):
    """`reason` in French; `error`: what the library raised, if it did."""

    def __init__(self, reason: str, error: BaseException | None = None) -> None:
        self.reason, self.error = reason, type(error).__name__ if error else None
        super().__init__(reason)


def open_jpeg(path: Path) -> None:
    with _image(path, "JPEG") as image:
        _read_all_of_jpeg(image)


def open_png(path: Path) -> None:
    # Verify the checksum of every chunk, then decode: valid checksums may cover invalid data.
    with _image(path, "PNG") as image:
        image.verify()
    with _image(path, "PNG") as image:
        image.load()


def open_heic(path: Path) -> bytes:
    """Return the photograph as JPEG, upright and without what the telephone noted about it, such as the place."""
    # Loaded for those who need it only.
    import pi_heif

    pi_heif.register_heif_opener()
    with _image(path, "HEIF") as image:
        jpeg = io.BytesIO()
        image.convert("RGB").save(jpeg, "JPEG", quality=_QUALITY, optimize=False)
    return jpeg.getvalue()


@contextmanager
def _image(path: Path, kind: str) -> Iterator[Image.Image]:
    try:
        with Image.open(path, formats=(kind,)) as image:
            if image.width * image.height > (MAX_PIXELS_OF_ONE_BYTE if image.mode in _ONE_BYTE else MAX_PIXELS):
                raise Refused("l'image a trop de points")
            yield image
    except (Refused, MemoryError):
        raise
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


def likenesses_of_pdf(path: Path) -> Iterator[Likeness | None]:
    """Yield the likeness of each page that was scanned, which is one large picture."""
    until = process_time() + _MOST_SECONDS_PAGES
    for page in islice(PdfReader(path).pages, _MOST_PAGES):
        if process_time() > until:
            return
        if (name := _largest_picture(page)) is not None:
            picture = page.images[name].image
            yield likeness(picture) if picture is not None else None


def _largest_picture(page: PageObject) -> str | None:
    pictures: dict[str, int] = {}
    resources: Any = page["/Resources"].get_object()
    for name, reference in resources["/XObject"].get_object().items() if "/XObject" in resources else ():
        picture = reference.get_object()
        width, height = int(picture.get("/Width", 0)), int(picture.get("/Height", 0))
        if min(width, height) >= _SHORTEST_SIDE and width * height <= MAX_PIXELS:
            pictures[name] = width * height
    return max(pictures, key=lambda name: pictures[name], default=None)


def likeness(image: Image.Image) -> Likeness | None:
    """Return in hexadecimal where the page grows darker from left to right, or None if there is too little on it.

    The page is laid straight, cut to what is on it, evened out in brightness and freed of the lines of its form first:
    the same scan cropped, turned or saved again differs in fewer bits than another sheet of the same form.
    """
    # A JPEG is read at a fraction of its size.
    image.draft("L", _NORMAL)
    upright = image.convert("L")
    ImageOps.exif_transpose(upright, in_place=True)
    ink = _without_lines(_cut_to_ink(_straight(_ink(upright))))
    shades = ink.resize((GRID + 1, GRID), Image.Resampling.BOX).tobytes()
    rows = (shades[start : start + GRID + 1] for start in range(0, len(shades), GRID + 1))
    bits = "".join("1" if right > left + _TRACE else "0" for row in rows for left, right in pairwise(row))
    return f"{int(bits, 2):0{len(bits) // 4}x}" if bits.count("1") >= _FEWEST_BITS else None


def _ink(page: Image.Image) -> Image.Image:
    """Return the page with ink white and paper black, whatever the exposure."""
    scale = _NORMAL[0] / min(page.size)
    page = page.resize((round(page.width * scale), round(page.height * scale)), Image.Resampling.BOX)
    return ImageOps.invert(ImageOps.autocontrast(page, cutoff=(1, 30)))


def _straight(ink: Image.Image) -> Image.Image:
    """Turn the page by the angle, within two degrees and a half, at which its rows are most unlike each other."""
    size = (ink.width // 2, ink.height // 2)
    # Blurred: else the page as it lies is the sharpest.
    small = ink.resize(size, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(2.5))

    def unlikeness(angle: float) -> int:
        return sum(row * row for row in _rows(small.rotate(angle, Image.Resampling.BILINEAR, fillcolor=0)))

    coarse = max((step / 4 + 0.03 for step in range(-10, 11)), key=unlikeness)
    angle = max((coarse + step / 20 for step in range(-4, 5)), key=unlikeness)
    return ink.rotate(angle, Image.Resampling.BICUBIC, fillcolor=0)


def _cut_to_ink(ink: Image.Image) -> Image.Image:
    (top, bottom), (left, right) = (_bounds(profile) for profile in (_rows(ink), _columns(ink)))
    return ink.crop((left, top, right, bottom)).resize(_NORMAL, Image.Resampling.BICUBIC)


def _bounds(profile: bytes) -> tuple[int, int]:
    inked = [place for place, shade in enumerate(profile) if shade >= _INKED] or [0, len(profile) - 1]
    return inked[0], inked[-1] + 1


def _without_lines(ink: Image.Image) -> Image.Image:
    """Blot out the rows and columns that are mostly ink, as the form's lines are and no signature is."""
    rows, columns, pen = _rows(ink), _columns(ink), ImageDraw.Draw(ink)
    for top in (place for place, shade in enumerate(rows) if shade > _LINE):
        pen.rectangle((0, top - _LINE_REACH, ink.width, top + _LINE_REACH), fill=0)
    for left in (place for place, shade in enumerate(columns) if shade > _LINE):
        pen.rectangle((left - _LINE_REACH, 0, left + _LINE_REACH, ink.height), fill=0)
    return ink.filter(ImageFilter.GaussianBlur(4))


def _rows(ink: Image.Image) -> bytes:
    return ink.resize((1, ink.height), Image.Resampling.BOX).tobytes()


def _columns(ink: Image.Image) -> bytes:
    return ink.resize((ink.width, 1), Image.Resampling.BOX).tobytes()


OPEN: Mapping[str, Callable[[Path], bytes | None]] = {
    "application/pdf": open_pdf,
    "image/jpeg": open_jpeg,
    "image/png": open_png,
    "image/heic": open_heic,
    **OPEN_PUBLIC,
}


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
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
    # Sizes are looked at here, by what they take in memory.
    Image.MAX_IMAGE_PIXELS = None
    for line in sys.stdin:
        media_type, path = json.loads(line)
        _limit_time(MAX_SECONDS)
        reason, error, instead = _opened(media_type, Path(path))
        answers.write(json.dumps([reason, error, len(instead or b"")]).encode() + b"\n" + (instead or b""))
        answers.flush()
        _limit_time(MAX_SECONDS_LIKENESS)
        looked_at = not reason and not media_type.startswith(PUBLIC)
        answers.write(json.dumps(_likenesses(media_type, Path(path), instead) if looked_at else []).encode() + b"\n")
        answers.flush()


def _limit_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    # The kernel kills the process beyond it.
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _opened(media_type: str, path: Path) -> tuple[str | None, str | None, bytes | None]:
    """Return the reason to refuse the file, the error behind it, and what is kept instead of it."""
    try:
        return None, None, OPEN[media_type](path)
    except (Refused, Unfit) as refused:
        return refused.reason, refused.error, None
    except MemoryError:
        return "le fichier demande trop de mémoire", "MemoryError", None


def _likenesses(media_type: str, path: Path, jpeg: bytes | None) -> list[Likeness]:
    likenesses: list[Likeness] = []
    try:
        if media_type == "application/pdf":
            for page in likenesses_of_pdf(path):
                likenesses += [page] if page else []
        else:
            with Image.open(io.BytesIO(jpeg) if jpeg else path, formats=("JPEG", "PNG")) as image:
                page = likeness(image)
                likenesses += [page] if page else []
    # Refuse nobody for it: an unreadable page is compared by its digest alone.
    except Exception:
        return likenesses
    return likenesses


if __name__ == "__main__":
    main()
