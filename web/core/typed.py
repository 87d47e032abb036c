"""What people type and paste: characters that show nothing are left out, since nobody could find them to mend them.

Address books put U+202A around telephone numbers, messengers U+200E before them, word processors soft hyphens into
words, and slides vertical tabs at the ends of lines.
"""

from __future__ import annotations

import re
import unicodedata

#: Ends of lines, of browsers, of slides (vertical tab), and of other programs.
_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
#: What the API refuses in any text: controls, halves of characters, and marks that turn a text around.
_UNREADABLE = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
#: What it refuses beside in a line: letters that are blank.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
#: The format characters that words of several languages and emojis need.
_JOINERS = frozenset("\u200c\u200d")
_SPACES = re.compile("[\t\n]+")


def readable(text: str) -> str:
    """Return a text of several lines without what the API would refuse in it and nobody sees."""
    return _UNREADABLE.sub("", _ENDS.sub("\n", text))


def readable_line(text: str) -> str:
    """Return a text of one line likewise. A tab or the end of a line within is a space."""
    line = _SPACES.sub(" ", readable(text))
    return line if line.isascii() else "".join(filter(_shows, line))


def readable_lines(text: str) -> str:
    """Return lines that are each a text of its own."""
    return "\n".join(map(readable_line, readable(text).split("\n")))


def _shows(char: str) -> bool:
    return char in _JOINERS or not (unicodedata.category(char) in ("Cf", "Co") or char in _BLANK)
