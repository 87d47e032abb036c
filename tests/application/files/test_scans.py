"""A signed sheet is recognised by its content; what is none is refused in one sentence that says what is accepted."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from application.files.scans import MAX_SCAN_BYTES, Scan, scan_of
from domain.kernel.errors import DomainError, ErrorCode
from tests.support.papers.dossiers import flipped, heic, jpeg, pdf, pdf_bomb, png, png_bomb, png_of


def scanned(folder: Path, content: bytes) -> Scan:
    path = folder / "draft"
    path.write_bytes(content)
    return scan_of(path, len(content))


def recognised(folder: Path, content: bytes) -> str:
    return scanned(folder, content).media_type


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (pdf(), "application/pdf"),
        (pdf(pages=3), "application/pdf"),
        (jpeg(), "image/jpeg"),
        (png(), "image/png"),
        (pdf() + b"\n" * (MAX_SCAN_BYTES - len(pdf())), "application/pdf"),
        # Protected against changes only: anybody can open it.
        (pdf(password=""), "application/pdf"),
    ],
    ids=["pdf", "three pages", "jpeg", "png", "as large as may be", "protected against changes"],
)
def test_a_scan_is_recognised(content: bytes, media_type: str, tmp_path: Path):
    assert recognised(tmp_path, content) == media_type


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "vide"),
        (b"emargement.pdf", "pas un fichier accepté"),
        (b"PK\x03\x04" + bytes(200), "pas un fichier accepté"),
        (b"GIF89a" + bytes(200), "pas un fichier accepté"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "pas un fichier accepté"),
        (b"MZ" + bytes(200), "pas un fichier accepté"),
        (pdf() + b"\n" * MAX_SCAN_BYTES, "trop volumineux"),
        (b"%PDF-1.7\n", "PDF est abîmé"),
        (b"%PDF-1.7\n" + b"\xff" * 5_000, "PDF est abîmé"),
        (pdf()[: len(pdf()) // 2], "PDF est abîmé"),
        (pdf_bomb(), "PDF est abîmé"),
        (pdf(pages=0), "aucune page"),
        (pdf(password="secret"), "mot de passe"),
        (jpeg()[: len(jpeg()) // 2], "image est abîmée"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "image est abîmée"),
        (png()[: len(png()) // 2], "image est abîmée"),
        (flipped(png(), len(png()) // 2), "image est abîmée"),
        (png_of(), "image est abîmée"),
        (png_of(b"not what zlib makes"), "image est abîmée"),
        (png_of(zlib.compress(b"\0" * 5)), "image est abîmée"),
        (heic()[: len(heic()) // 2], "image est abîmée"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image est abîmée"),
        (png_bomb(17_400), "trop de points"),
        (png_bomb(60_000), "trop de points"),
    ],
    ids=lambda value: value if isinstance(value, str) else "scan",
)
def test_what_is_no_scan_is_refused_with_what_is_accepted(content: bytes, reason: str, tmp_path: Path):
    with pytest.raises(DomainError) as refusal:
        recognised(tmp_path, content)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.field) == (ErrorCode.INVALID, ("file",))
    assert reason in problem.message
    assert problem.message.endswith(
        "un PDF, une image JPEG ou PNG, ou une photo de téléphone (HEIC) de 20 Mo au plus est attendu."
    )


def test_a_pdf_cut_or_damaged_anywhere_is_recognised_or_refused_and_never_an_accident(tmp_path: Path):
    whole = pdf(pages=2)
    for position in range(0, len(whole), 7):
        for content in (whole[:position], flipped(whole, position)):
            with suppress(DomainError):
                assert recognised(tmp_path, content) == "application/pdf"


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix"])
def test_a_photograph_of_a_telephone_is_kept_as_a_jpeg_whatever_brand_it_begins_with(brand: bytes, tmp_path: Path):
    scan = scanned(tmp_path, heic().replace(b"ftypheic", b"ftyp" + brand))
    assert scan.media_type == "image/jpeg"
    assert scan.instead is not None
    assert recognised(tmp_path, scan.instead) == "image/jpeg"
    with Image.open(io.BytesIO(scan.instead)) as image:
        assert (image.size, len(image.getexif())) == ((160, 120), 0)


@pytest.mark.parametrize(
    ("mode", "size"),
    [("1", (12_000, 9_000)), ("L", (9_921, 14_031)), ("RGB", (9_921, 7_016)), ("RGB", (4_961, 7_016))],
    ids=["A1 in black and white", "A4 at 1,200 dpi", "A3 at 600 dpi in colour", "A4 at 600 dpi in colour"],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_usual_sizes_of_scanners_are_taken(mode: str, size: tuple[int, int], kind: str, tmp_path: Path):
    content = io.BytesIO()
    Image.new(mode, size, 1).save(content, kind)
    assert recognised(tmp_path, content.getvalue()) == f"image/{kind.lower()}"
