"""Sheets of one printed form, signed by hand, as a scanner sees them."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw

FORM = (1240, 1754)


def sheet(seed: int, signatures: int, thickness: int = 2) -> Image.Image:
    """A printed form, signed by hand in so many rows, laid on the glass a little askew."""
    draw = random.Random(seed)
    image = Image.new("L", FORM, 255)
    pen = ImageDraw.Draw(image)
    pen.rectangle((100, 80, 1140, 160), fill=60)
    for row in range(21):
        pen.line((100, 250 + row * 65, 1140, 250 + row * 65), fill=120 if thickness < 5 else 0, width=thickness)
    for column in (100, 450, 800, 1140):
        pen.line((column, 250, column, 1550), fill=120 if thickness < 5 else 0, width=thickness)
    for row in range(signatures):
        for start in (120, 470, 820):
            points = [
                (start + 22 * step + draw.randint(-8, 8), 282 + row * 65 + draw.randint(-22, 22))
                for step in range(draw.randint(8, 13))
            ]
            pen.line(points, fill=40, width=4)
    moved = (draw.randint(-8, 8), draw.randint(-8, 8))
    return image.rotate(draw.uniform(-0.6, 0.6), fillcolor=255, translate=moved)


def saved(image: Image.Image, kind: str, scale: float = 1.0, **how: int) -> bytes:
    content = io.BytesIO()
    image.resize((int(image.width * scale), int(image.height * scale))).save(content, kind, **how)
    return content.getvalue()
