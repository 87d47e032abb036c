"""Check a logo that is handed in: a PNG or an SVG, told by its content, that papers can show.

An SVG is a program's input on every machine that opens it: it may hold shapes, colours and texts, and nothing that
runs, loads something from elsewhere, or grows without bounds as it is drawn.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from pathlib import Path
from xml.parsers import expat

from PIL import Image, ImageOps

from application.files.scanning.cleaned import PUBLIC
from application.files.scans import Scan, open_file
from application.papers.logos import MOST_BYTES, Logo
from application.papers.typesetting import preview
from domain.kernel.errors import DomainError, invalid

_ACCEPTED = f"un logo PNG (de 200 à 4 000 pixels de côté) ou SVG, de {MOST_BYTES // 1000} ko au plus, est attendu"
PNG, SVG = "image/png", "image/svg+xml"
#: Pixels of the longer side of a PNG: fewer blur on a poster of A3.
FEWEST_PIXELS, MOST_PIXELS = 200, 4_000
#: How many times the longer side may be the shorter: more is a line on paper, not a logo.
MOST_STRETCHED = 12
_STRETCHED = f"ce logo est trop étiré : son grand côté fait plus de {MOST_STRETCHED} fois le petit"
#: How dark a point is, of 255, that nobody sees on white paper.
_FAINT = 8
_SVG_NAMESPACE, _LINKS = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
#: Notes of drawing programs for themselves; nothing shows them.
_NOTES = (
    "http://www.inkscape.org/",
    "http://sodipodi.sourceforge.net/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
    "http://purl.org/dc/",
)
_ELEMENTS = frozenset(
    (
        *("svg", "g", "defs", "symbol", "use", "title", "desc", "metadata", "style", "text", "tspan"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern"),
    )
)
_MOST_ELEMENTS, _DEEPEST = 5_000, 60
#: Elements drawn, each reference counted as often as it is used.
_MOST_DRAWN = 20_000
_REFERENCE = re.compile(r"url\(\s*['\"]?\s*([^)'\"]*)")
_ELSEWHERE = re.compile(r"@import|javascript:|expression\s*\(|\\", re.IGNORECASE)


class _Refused(Exception):
    """The reason, in French."""


def logo_of(path: Path, size: int) -> Scan:
    """Return the logo, as `image/png` or `image/svg+xml`. Raises INVALID on the field `file`."""
    try:
        if size == 0:
            raise _Refused("le fichier est vide")
        if size > MOST_BYTES:
            raise _Refused("le fichier est trop volumineux")
        content, instead = path.read_bytes(), None
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            instead, media_type = _check_png(path), PNG
        elif content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            _check_svg(content)
            media_type = SVG
        else:
            raise _Refused("ce n'est ni un PNG, ni un SVG")
        _check_visible(Logo(content, media_type.removeprefix("image/").removesuffix("+xml")))
    except _Refused as refused:
        raise _problem(str(refused)) from None
    return Scan(media_type, instead=instead)


def _check_png(path: Path) -> bytes | None:
    try:
        with Image.open(path, formats=("PNG",)) as image:
            shorter, longer = sorted(image.size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise _Refused("cette image est illisible") from None
    if not FEWEST_PIXELS <= longer <= MOST_PIXELS:
        raise _Refused(f"cette image a {longer} pixels de côté")
    if longer > MOST_STRETCHED * shorter:
        raise _Refused(_STRETCHED)
    if reason := open_file(PNG, path).reason:
        raise _Refused(reason)
    opened = open_file(f"{PUBLIC}{PNG}", path)
    if opened.reason:
        raise _Refused(opened.reason)
    return opened.instead


def _check_visible(logo: Logo) -> None:
    """Refuse what papers cannot show, and what nobody would see on them."""
    picture = preview(logo)
    if picture is None:
        raise _Refused("cette image est illisible")
    with Image.open(io.BytesIO(picture), formats=("PNG",)) as image:
        ink = ImageOps.invert(image.convert("L")).point(lambda darkness: 255 if darkness > _FAINT else 0)
    box = ink.getbbox()
    if box is None:
        raise _Refused("ce logo ne montre rien sur du papier blanc : il est vide, transparent ou blanc")
    shorter, longer = sorted((box[2] - box[0], box[3] - box[1]))
    if longer > MOST_STRETCHED * shorter:
        raise _Refused(_STRETCHED)


def _check_svg(content: bytes) -> None:
    _Drawing().read(content)


class _Drawing:
    """Reads an SVG once: what it holds, and how much drawing it takes."""

    def __init__(self) -> None:
        self._path: list[int] = []
        self._in_notes = 0
        self._in_style = False
        #: For each element: those inside it, and the names it refers to.
        self._inside: dict[int, list[int]] = defaultdict(list)
        self._refers: dict[int, list[str]] = defaultdict(list)
        self._named: dict[str, int] = {}
        self._count = 0

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._forbidden_entities
        parser.EntityDeclHandler = self._forbidden_entities
        parser.ProcessingInstructionHandler = self._forbidden_instruction
        try:
            parser.Parse(content, True)
        except expat.ExpatError:
            raise _Refused("ce SVG est mal formé") from None
        if not self._count:
            raise _Refused("ce SVG est vide")
        self._drawn(1, {}, frozenset())

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        number = self._count
        if number > _MOST_ELEMENTS or len(self._path) >= _DEEPEST:
            raise _Refused("ce SVG est trop complexe")
        if self._path:
            self._inside[self._path[-1]].append(number)
        self._path.append(number)
        namespace, _, local = name.rpartition(" ")
        if self._in_notes or namespace.startswith(_NOTES):
            self._in_notes += 1
            if not namespace.startswith(_NOTES):
                raise _Refused(f"ce SVG contient un élément interdit (« {local} »)")
            return
        if namespace != _SVG_NAMESPACE or local not in _ELEMENTS or (number == 1 and local != "svg"):
            raise _Refused(f"ce SVG contient un élément interdit (« {local} »)")
        self._in_style = local == "style"
        for full_name, value in attributes.items():
            self._attribute(number, full_name, value)

    def _attribute(self, number: int, full_name: str, value: str) -> None:
        namespace, _, name = full_name.rpartition(" ")
        if namespace.startswith(_NOTES):
            return
        if name.lower().startswith("on"):
            raise _Refused(f"ce SVG contient un programme (« {name} »)")
        if name == "id":
            self._named[value] = number
        if name == "href":
            if not value.startswith("#"):
                raise _Refused("ce SVG renvoie hors de lui-même (« href »)")
            self._refers[number].append(value[1:])
        elif namespace == _LINKS and name != "href":
            return
        self._check_style(number, value)

    def _check_style(self, number: int, value: str) -> None:
        if _ELSEWHERE.search(value):
            raise _Refused("ce SVG contient un style interdit")
        for target in _REFERENCE.findall(value):
            if not target.startswith("#"):
                raise _Refused("ce SVG renvoie hors de lui-même (« url »)")
            self._refers[number].append(target[1:].strip())

    def _text(self, text: str) -> None:
        if self._in_style and not self._in_notes:
            # A rule may hold for every element.
            self._check_style(1, text)
            if "url" in text.lower():
                raise _Refused("ce SVG contient un style interdit")

    def _end(self, name: str) -> None:
        self._path.pop()
        self._in_style = False
        self._in_notes = max(0, self._in_notes - 1)

    def _forbidden_entities(self, *declared: object) -> None:
        raise _Refused("ce SVG contient une déclaration interdite (DOCTYPE ou ENTITY)")

    def _forbidden_instruction(self, target: str, data: str) -> None:
        raise _Refused(f"ce SVG contient une instruction interdite (« {target} »)")

    def _drawn(self, number: int, known: dict[int, int], above: frozenset[int]) -> int:
        """Return how many elements are drawn for an element, with what it refers to."""
        if number in above:
            raise _Refused("ce SVG renvoie à lui-même sans fin")
        if number not in known:
            targets = [self._named[name] for name in self._refers[number] if name in self._named]
            within = above | {number}
            known[number] = 1 + sum(self._drawn(other, known, within) for other in (*self._inside[number], *targets))
        if known[number] > _MOST_DRAWN:
            raise _Refused("ce SVG est trop complexe")
        return known[number]


def _problem(reason: str) -> DomainError:
    return invalid(f"{reason[0].upper()}{reason[1:]} ; {_ACCEPTED}.", "file")
