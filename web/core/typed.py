"""Clean what people type and paste: characters that show nothing are left out, since nobody could find them to mend
them.

Address books put U+202A around telephone numbers, messengers U+200E before them, word processors soft hyphens into
words, and slides vertical tabs at the ends of lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date as Day
from datetime import time as Hour

#: Ends of lines, of browsers, of slides (vertical tab), and of other programs.
_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
#: Characters that the API refuses in any text: controls, halves of characters, and marks that turn a text around.
_UNREADABLE = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
#: Blank letters, which it also refuses in a line.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
#: The format characters that words of several languages and emojis need.
_JOINERS = frozenset("\u200c\u200d")
_SPACES = re.compile("[\t\n]+")
_DAY = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})", re.ASCII)
#: The longest quotation of a wrong line.
_QUOTED = 80


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


def iso_day(text: str) -> str:
    """Return 2027-01-15 of 15/01/2027, 15-01-27 and the like, and any other text as it is."""
    day = _DAY.fullmatch(text)
    if day is None:
        return text
    year = day[3] if len(day[3]) == 4 else f"20{day[3]}"
    return f"{year}-{int(day[2]):02}-{int(day[1]):02}"


def wrong_day(day: str) -> str | None:
    if not reads(Day, day):
        return "une date est attendue, par exemple 15/01/2027"
    if not 2000 <= Day.fromisoformat(day).year <= 2100:
        return "une année entre 2000 et 2100 est attendue, par exemple 15/01/2027"
    return None


def lines(typed: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold something, with their numbers among all of them."""
    return ((number, text) for number, line in enumerate(typed.splitlines(), 1) if (text := line.strip()))


def line_called(number: int, text: str) -> str:
    return f"ligne {number}, {quoted(text)}"


def quoted(text: str) -> str:
    return f"« {text if len(text) <= _QUOTED else text[: _QUOTED - 1] + '…'} »"


def reads(kind: type[Day] | type[Hour], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True
