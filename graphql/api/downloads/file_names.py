"""Names of downloaded files, by which people know them again: what it is, of whom or of what, and of which days."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from urllib.parse import quote

#: No system keeps these in a name, and some take them for a folder.
_NOT_KEPT = re.compile(r'\s*(?:[/\\:*?"<>|]\s*)+')
_LONGEST_PART = 80
_IN_ASCII = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "–": "-", "—": "-", "…": "..."})


def file_name(ending: str, what: str, *of: str, first: date | None = None, last: date | None = None) -> str:
    """Return "Billet - Café des parents - 2027-03-15.pdf"."""
    days = [day.isoformat() for day in (first, last) if day is not None]
    parts = [what, *of, " au ".join(days)]
    return " - ".join(kept for part in parts if (kept := _kept(part))) + f".{ending}"


def _kept(part: str) -> str:
    plain = " ".join(_NOT_KEPT.sub(" - ", part).split())
    shortened = plain if len(plain) <= _LONGEST_PART else plain[: _LONGEST_PART - 1].rstrip() + "…"
    return shortened.strip(" -.")


def disposition(kind: str, name: str) -> str:
    """Return a Content-Disposition for every browser: the name in ASCII, and in full (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name.translate(_IN_ASCII)).encode("ascii", "ignore").decode()
    ascii_name = "".join(char if char.isprintable() and char not in '"\\%' else "_" for char in plain)
    plainly = f'{kind}; filename="{ascii_name}"'
    return plainly if ascii_name == name else f"{plainly}; filename*=UTF-8''{quote(name, safe='')}"
