"""Links to pages on the web, in the one form in which they are kept and shown."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import Url

from domain.kernel.errors import in_figures
from domain.kernel.validation import line

LONGEST_LINK = 1_000
#: Where people meet online, and any page.
_MEETING, _PAGE = "https://visio.exemple.fr/parents", "https://exemple.fr/fiche"


def web_link(value: str) -> str:
    """Return the address as browsers write it, in ASCII. Raise ValueError (French) unless it is a site's on the web."""
    return _written(value, {"https": "https://", "http": "http://"}, _PAGE)


def secure_link(value: str, example: str = _MEETING) -> str:
    """Return the address as browsers write it, in ASCII. Raise ValueError (French) unless it is one of https."""
    return _written(value, {"https": "https://"}, example)


def _written(value: str, beginnings: Mapping[str, str], example: str) -> str:
    expected = f"adresse d'un site attendue, par exemple {example}"
    try:
        url = Url(value)
    except ValueError:
        raise ValueError(expected) from None
    if url.scheme not in beginnings:
        raise ValueError(f"{expected}, qui commence par {' ou '.join(beginnings.values())}")
    if url.username or url.password or "." not in (url.host or "").strip("."):
        raise ValueError(expected)
    if len(written := str(url)) > LONGEST_LINK:
        raise ValueError(f"{in_figures(LONGEST_LINK)} caractères au plus")
    return written


WebLink = line(LONGEST_LINK, check=web_link)
SecureLink = line(LONGEST_LINK, check=secure_link)
