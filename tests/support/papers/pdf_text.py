"""PDFs as a reader meets them: their text, and their pages as pictures."""

from __future__ import annotations

import io

import pypdfium2
import zxingcpp
from PIL import Image
from pypdf import PdfReader

DARK_BLUE, LIGHT_BLUE = (0x31, 0x2A, 0x74), (0x73, 0x8C, 0xFF)


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page, as it would be selected, its blanks made one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return " ".join(page_texts(pdf))


def picture(pdf: bytes, page: int = 0) -> Image.Image:
    """A page at 144 points per inch."""
    image: Image.Image = pypdfium2.PdfDocument(pdf)[page].render(scale=2).to_pil()
    return image.convert("RGB")


def share(image: Image.Image, colour: tuple[int, int, int]) -> float:
    """How much of the picture has exactly this colour."""
    counts = {shade: count for count, shade in image.getcolors(image.width * image.height) or ()}
    return counts.get(colour, 0) / (image.width * image.height)


def qr_texts(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image)]
