"""Serve GraphiQL from this package: the page works without the internet."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.http.examples import examples

_FOLDER = Path(__file__).with_name("graphiql_assets")
_KINDS = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
# File names carry no version: vendored files seldom change, but our own must always fit the page.
_VENDORED, _OWN = "public, max-age=86400", "public, no-cache"
#: Scripts from these files only. Styles: GraphiQL's editor writes them into the page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class _Asset:
    """A file of the page, stored compressed."""

    content: bytes
    headers: dict[str, str]
    media_type: str


def _asset(name: str, content: bytes, caching: str) -> _Asset:
    headers = {"Cache-Control": caching, "ETag": f'"{sha256(content).hexdigest()[:32]}"'}
    return _Asset(content, headers, _KINDS[Path(name).suffix])


def _assets() -> dict[str, _Asset]:
    vendored = {path.stem: path.read_bytes() for path in _FOLDER.glob("*.gz")}
    own = {path.name: path.read_bytes() for kind in ("*.js", "*.css") for path in _FOLDER.glob(kind)}
    own["examples.json"] = orjson.dumps(examples())
    return {name: _asset(name, content, _VENDORED) for name, content in vendored.items()} | {
        name: _asset(name, gzip.compress(content, mtime=0), _OWN) for name, content in own.items()
    }


# Read once, and sent from memory.
_PAGE = (_FOLDER / "page.html").read_text(encoding="utf-8")
_ASSETS = _assets()


def page() -> Response:
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY, "Vary": "Accept"})


async def asset(request: Request) -> Response:
    """Return a file of the page, or 304 if the browser has it."""
    file = _ASSETS.get(request.path_params["name"])
    if file is None:
        return Response(status_code=404)
    if file.headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=file.headers)
    return Response(file.content, 200, {**file.headers, "Content-Encoding": "gzip"}, file.media_type)
