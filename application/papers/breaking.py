"""Break long words where a column is too narrow for them."""

from __future__ import annotations

import re

#: Words longer than a narrow column may be broken after signs, or else after so many letters.
_LONG_WORD = re.compile(r"\S{18,}")
_BREAK = "\u200b"
_THEN_BREAK = rf"\g<0>{_BREAK}"
_SIGN = re.compile(r"[@/_-](?=\w)|\w(?=\.\w)")
_RUN = re.compile(rf"[^{_BREAK}]{{18}}(?=[^{_BREAK}])")


def breakable(text: str) -> str:
    """Return the text with places to break its very long words, such as addresses, invisibly."""
    return _LONG_WORD.sub(lambda word: _RUN.sub(_THEN_BREAK, _SIGN.sub(_THEN_BREAK, word[0])), text)
