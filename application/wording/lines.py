"""Labelled lines, in sections: what letters show of a thing."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled value; `new` marks a change, `link` an address."""

    name: str
    value: str
    new: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading; `day` is the date above the first section of a day."""

    heading: str | None
    lines: tuple[Line, ...]
    day: str | None = None


def shorten(text: str, max_length: int) -> str:
    """Return the text on one line, cut at a word, with an ellipsis if something is left out."""
    line = " ".join(text.split())
    if len(line) <= max_length:
        return line
    cut = textwrap.shorten(line, max_length - 1, placeholder="", break_on_hyphens=False)
    return (cut.rstrip(" ,;:.«(") or line[: max_length - 1]) + "…"
