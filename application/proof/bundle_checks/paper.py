"""Check that dossier.pdf is what the dossier's facts are laid out as: people read the paper, and pay by it."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from pypdf import PdfReader

from application.papers.dossier_layouts.layouts import LAYOUTS
from application.people.officials import mandate_account
from application.proof.bundle_checks.opened_bundle import CheckFailed, OpenedBundle
from application.proof.members import CHECKPOINT, PDF
from application.proof.witnessing.cosignatures import own_part

_CREATOR = re.compile(rb"/Creator ?\(([^)]{1,80})\)")
_FONT = re.compile(rb"/BaseFont ?/[A-Z]{6}\+([A-Za-z]+)")
_WORD = re.compile(r"[^\W_]+")
_NOT_OURS = "dossier.pdf is not what the dossier's facts are laid out as"
#: Beyond this no paper of a dossier goes: it is not read word by word.
_LARGEST = 64 << 20
#: Words of statuses on paper, which are no names of people.
STATUS_WORDS = frozenset(
    {"ouvert", "soumis", "renvoyé", "service", "fait", "certifié", "payé", "montant", "retirée", "abandonné"}
)

Words = Counter[str]


def check_paper(bundle: OpenedBundle) -> str | None:
    """Compare it, byte for byte, with the facts laid out again by its layout.

    Where Typst or fonts are others than here, no two papers are equal: then it has to show the same words.
    """
    paper, layouts = bundle.read(PDF), [number for number in bundle.layouts if number in LAYOUTS]
    if not layouts:
        newer = f"dossier.pdf has layout {bundle.layouts[0]}, newer than this program"
        bundle.warnings.append(f"{newer}: it was not compared")
        return None
    expected = [_laid_out(bundle, number) for number in layouts]
    if paper in expected:
        return "dossier.pdf is what the dossier's facts are laid out as, byte for byte"
    theirs, ours = _made_by(paper), _made_by(expected[0])
    if not theirs:
        raise CheckFailed(_NOT_OURS)
    unnamed = _unnamed(bundle)
    if theirs == ours and not unnamed:
        raise CheckFailed(_NOT_OURS)
    if all(_other_words(paper, laid_out, unnamed) for laid_out in expected):
        raise CheckFailed(f"{_NOT_OURS}: it shows other words")
    because = f"it was laid out by {theirs}, here by {ours}"
    if theirs == ours:
        because = "it names people whom the bundle does not name"
    bundle.warnings.append(f"dossier.pdf has the words of the facts; its bytes cannot be compared: {because}")
    return None


def _laid_out(bundle: OpenedBundle, number: int) -> bytes:
    try:
        # The paper was laid out with the log's own note; cosignatures come afterwards.
        return LAYOUTS[number](bundle.shown, own_part(bundle.text(CHECKPOINT), bundle.checkpoint.origin))
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError) as error:
        raise CheckFailed(f"the dossier's facts cannot be laid out ({type(error).__name__})") from error


def _made_by(paper: bytes) -> str:
    """Return the program and the fonts of a paper, in words; nothing if Typst did not make it."""
    creator, fonts = _CREATOR.search(paper), sorted({name.decode() for name in _FONT.findall(paper)})
    if creator is None or not fonts or not creator[1].startswith(b"Typst "):
        return ""
    return f"{ascii(creator[1].decode(errors='replace'))[1:-1]} with {', '.join(fonts)}"


def _unnamed(bundle: OpenedBundle) -> Words:
    """Return the words of actors whom the paper shows by a name that is not in the bundle."""
    if "names" in bundle.shown:
        return Counter()
    actors = {entry["actor"] for entry in bundle.shown["timeline"]}
    return _words(actor for actor in actors if mandate_account(actor))


def _other_words(paper: bytes, laid_out: bytes, unnamed: Words) -> bool:
    (shown, pages), (expected, expected_pages) = _words_of(paper), _words_of(laid_out)
    if pages != expected_pages:
        # Heads and feet stand on every page.
        shown, expected = Counter(set(shown)), Counter(set(expected))
    further, missing = shown - expected, expected - shown
    if unnamed:
        further = Counter(word for word in further if not word.isalpha() or word in STATUS_WORDS)
        missing = Counter(word for word in missing if word not in unnamed)
    return bool(further or missing)


def _words_of(paper: bytes) -> tuple[Words, int]:
    """Return the words of a paper, each as often as it stands there, and the number of its pages."""
    if len(paper) > _LARGEST:
        raise CheckFailed(f"dossier.pdf has {len(paper):,} bytes: it is not read")
    try:
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages]
    except Exception as error:  # A hostile file raises anything.
        raise CheckFailed(f"{_NOT_OURS}: it cannot be read ({type(error).__name__})") from error
    return _words(pages), len(pages)


def _words(texts: Iterable[str]) -> Words:
    normal = (unicodedata.normalize("NFKC", text).casefold() for text in texts)
    return Counter(word for text in normal for word in _WORD.findall(text))
