"""Logos in the places that the programme's charter keeps for them. Without one the place is left out.

A service dossier has the empty places alone: whoever verifies a bundle lays its paper out again, and has no logo of
ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: A paper of many pages holds it once, as it is.
MOST_BYTES = 500_000
_FORMATS = {".svg": "svg", ".png": "png", ".jpg": "jpg", ".jpeg": "jpg"}


@dataclass(frozen=True, slots=True)
class Logo:
    """`name`: whose it is, for whoever does not see it."""

    content: bytes
    format: str
    name: str = ""

    @classmethod
    def read(cls, path: Path) -> Logo:
        """Read a file. Raise ValueError if it is no picture of a format that papers take, or too large."""
        if path.suffix.lower() not in _FORMATS or not path.is_file():
            raise ValueError("a file .svg, .png or .jpg is needed")
        content = path.read_bytes()
        if not 0 < len(content) <= MOST_BYTES:
            raise ValueError(f"a picture of {MOST_BYTES:,} bytes at most is needed, not {len(content):,}")
        return cls(content, _FORMATS[path.suffix.lower()])


@dataclass(frozen=True, slots=True)
class Logos:
    """The logo of the national team, and those of the partners."""

    programme: Logo | None = None
    partners: tuple[Logo, ...] = ()

    def content(self) -> dict[str, Any]:
        """Return what templates take."""
        return {"programme": _shown(self.programme), "partners": [_shown(logo) for logo in self.partners]}


#: The places alone.
NO_LOGOS = Logos()


def _shown(logo: Logo | None) -> dict[str, Any] | None:
    if logo is None:
        return None
    alt = f"Logo : {logo.name}" if logo.name else "Logo"
    return {"format": logo.format, "bytes": list(logo.content), "alt": alt}
