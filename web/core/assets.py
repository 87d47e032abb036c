"""Styles, fonts and icons: from this package, compressed once, kept by browsers for a year under their digest."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from web.core.documents import ROOT

_FOLDER = ROOT / "assets"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOR_A_YEAR = "public, max-age=31536000, immutable"
#: The State's own marks, for services of the State alone (terms of use of the DSFR).
_MARKS = ("fonts/", "favicon.svg")
_FONT = re.compile(r"@font-face\s*\{[^}]*\}")
_RELATIVE = re.compile(r"url\(\"?(?:\.\./)+((?:fonts|icons)/[^)\"]+)\"?\)")
_ICON = re.compile(r"url\((icons/[^)]+)\)")
_WOFF = re.compile(r",\s*url\(fonts/[^)]+\.woff\)\s*format\(\"woff\"\)")


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    headers: dict[str, str]
    media_type: str


class Assets:
    """The files of a site, with or without the State's marks."""

    def __init__(self, state: bool) -> None:
        files = {str(path.relative_to(_FOLDER)): path.read_bytes() for path in _FOLDER.rglob("*.*") if _is_served(path)}
        files = {name: content for name, content in files.items() if state or not name.startswith(_MARKS)}
        files["site.css"] = _styles(set(files)).encode()
        digest = sha256()
        for name in sorted(files):
            digest.update(name.encode() + b"\0" + files[name])
        #: One digest of all files, so that the addresses in a style sheet stay relative.
        self.address = f"/assets/{digest.hexdigest()[:16]}"
        self._files = {name: _file(name, content) for name, content in files.items()}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._files)

    def get(self, request: Request) -> Response:
        """Answer with a file, also under the digest of another version: its page is still open somewhere."""
        file = self._files.get(request.path_params["name"])
        if file is None:
            return Response(status_code=404)
        headers = file.headers
        if not request.url.path.startswith(f"{self.address}/"):
            headers = headers | {"Cache-Control": "no-cache"}
        return Response(file.content, 200, headers, file.media_type)


@cache
def assets(state: bool) -> Assets:
    """Return the files of this process, compressed once."""
    return Assets(state)


def _is_served(path: Path) -> bool:
    return path.suffix in _KINDS and path.suffix != ".css"


def _styles(files: set[str]) -> str:
    """Return one style sheet: the foundations of the DSFR, the components that the pages use, and our own rules."""
    components = sorted((_FOLDER / "dsfr" / "css").glob("*.css"), key=lambda path: (path.stem != "core", path.stem))
    text = "\n".join(path.read_text(encoding="utf-8") for path in (*components, _FOLDER / "site.css"))
    text = _WOFF.sub("", _RELATIVE.sub(r"url(\1)", text))
    # Browsers ask for the icon of a badge even where it is shown without.
    text = _ICON.sub(lambda icon: icon[0] if icon[1] in files else "none", text)
    return _FONT.sub(lambda font: font[0] if any(name in font[0] for name in files if "fonts/" in name) else "", text)


def _file(name: str, content: bytes) -> _File:
    suffix, headers = Path(name).suffix, {"Cache-Control": _FOR_A_YEAR}
    if suffix != ".woff2":
        content = gzip.compress(content, 9, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return _File(content, headers, _KINDS[suffix])
