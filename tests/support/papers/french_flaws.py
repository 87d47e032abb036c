"""What no French sentence holds: it shows where a value was left out and its words stayed."""

from __future__ import annotations

import re

_FLAWS = {
    "a word of the machine": r"\b(None|null|undefined|NaN|nan)\b",
    "empty brackets": r"\(\s*\)|\[\s*\]|«\s*»",
    "two blanks": r"(?<=\S)[ \u00a0\u202f]{2,}(?=\S)",
    "a comma or colon before nothing": r"[,:–][\s\u00a0]*[,;.)](?!\.)|(?<!Bonjour),[ \u00a0]*(\Z|\n\n)",
    "a mark after a blank that has none": r"\s[,.)](?!\d|\.)|\([ \u00a0]",
    "two marks": r"(?<!\.)\.\.(?!\.)|,,|;;|: :",
}


def flaws(text: str) -> list[str]:
    """Return each flaw, in words and with what stands around it."""
    shown = []
    for kind, pattern in _FLAWS.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            around = text[max(0, match.start() - 30) : match.end() + 30]
            shown.append(f"{kind}: {around!r}")
    return shown
