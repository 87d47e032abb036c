"""The apostrophe before a text that a spreadsheet would take for a formula, as tables are written and read.

See https://owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

import unicodedata

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def needs_guard(text: str) -> bool:
    """Return whether a text begins like a formula, or like one with an apostrophe of its own, which has to survive."""
    # Spreadsheets read full-width signs (＝ ＋ － ＠) as the plain ones; NFKC converts them.
    first = text.lstrip("'")[:1]
    return unicodedata.normalize("NFKC", first).startswith(_FORMULA)


def without_guard(text: str) -> str:
    return text[1:] if text.startswith("'") and needs_guard(text) else text
