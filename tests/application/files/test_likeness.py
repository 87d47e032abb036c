"""A scan saved again is found by what it looks like; other sheets of the same form are not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from application.files.scans import scan_of
from domain.service_dossiers.warnings import LIKENESS_BITS, is_one_scan, likenesses
from tests.support.papers.signed_forms import FORM, saved, sheet


def seen(folder: Path, content: bytes) -> tuple[int, ...]:
    path = folder / "draft"
    path.write_bytes(content)
    return likenesses(scan_of(path, len(content)).likenesses)


def alike(pages: tuple[int, ...], other: tuple[int, ...]) -> bool:
    ((left,), (right,)) = (pages, other)
    assert left < 1 << LIKENESS_BITS
    return is_one_scan(left, right)


@pytest.mark.parametrize("signatures", [1, 4, 12])
def test_the_same_scan_in_another_format_size_or_quality_looks_alike(signatures: int, tmp_path: Path):
    scan = sheet(signatures, signatures)
    original = seen(tmp_path, saved(scan, "PNG"))
    again = [
        saved(scan, "JPEG", 0.5, quality=40),
        saved(scan, "JPEG", 1.3, quality=85),
        saved(scan.convert("RGB"), "PNG", 0.7),
        saved(scan, "PDF", resolution=150),
    ]
    assert [alike(original, seen(tmp_path, content)) for content in again] == [True] * 4


@pytest.mark.parametrize("thickness", [2, 7])
def test_the_same_scan_cropped_turned_or_exposed_otherwise_looks_alike(thickness: int, tmp_path: Path):
    scan = sheet(4, 6, thickness)
    original = seen(tmp_path, saved(scan, "JPEG", quality=90))
    again = [
        scan.crop((10, 10, scan.width - 10, scan.height - 10)),
        scan.crop((40, 0, scan.width, scan.height)),
        scan.rotate(0.6, Image.Resampling.BICUBIC, fillcolor=255),
        scan.rotate(-1.5, Image.Resampling.BICUBIC, fillcolor=255),
        scan.point(lambda shade: min(255, shade * 0.6 + 90)),
        scan.point(lambda shade: shade * 0.75),
        scan.point(lambda shade: max(0, min(255, (shade - 128) * 1.6 + 128))),
    ]
    assert [alike(original, seen(tmp_path, saved(other, "JPEG", quality=80))) for other in again] == [True] * len(again)


def test_sheets_of_a_form_with_thick_lines_do_not_look_alike(tmp_path: Path):
    pages = [seen(tmp_path, saved(sheet(seed, 3, 7), "JPEG", quality=90)) for seed in range(5)]
    assert not any(alike(page, other) for place, page in enumerate(pages) for other in pages[:place])


def test_pages_far_into_a_pdf_are_looked_at(tmp_path: Path):
    content, blank, last = io.BytesIO(), Image.new("L", FORM, 250), sheet(1, 9)
    blank.save(content, "PDF", save_all=True, append_images=[blank] * 12 + [last])
    (page,) = seen(tmp_path, content.getvalue())
    assert alike((page,), seen(tmp_path, saved(last, "PNG")))


@pytest.mark.parametrize("signatures", [4, 12])
def test_sheets_of_one_form_do_not_look_alike(signatures: int, tmp_path: Path):
    pages = [seen(tmp_path, saved(sheet(seed, signatures), "PNG")) for seed in range(6)]
    assert not any(alike(page, other) for place, page in enumerate(pages) for other in pages[:place])


def test_each_scanned_page_of_a_pdf_is_looked_at(tmp_path: Path):
    first, second = sheet(1, 5), sheet(2, 5)
    content = io.BytesIO()
    first.save(content, "PDF", save_all=True, append_images=[second])
    one, two = seen(tmp_path, content.getvalue())
    assert alike((two,), seen(tmp_path, saved(second, "JPEG", quality=70)))
    assert not alike((one,), (two,))


def test_a_photograph_looks_the_same_once_its_turn_is_applied(tmp_path: Path):
    upright = sheet(3, 8)
    turned, exif = upright.transpose(Image.Transpose.ROTATE_90), Image.Exif()
    exif[0x0112] = 6
    content = io.BytesIO()
    turned.save(content, "JPEG", quality=85, exif=exif)
    assert alike(seen(tmp_path, content.getvalue()), seen(tmp_path, saved(upright, "PNG")))


def test_an_empty_page_looks_like_nothing(tmp_path: Path):
    assert seen(tmp_path, saved(Image.new("L", FORM, 250), "PNG")) == ()
