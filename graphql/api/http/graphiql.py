"""GraphiQL, served from this package: the page that browsers get works without the internet."""

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
# Names carry no version. What GraphiQL's authors wrote seldom changes; what the page itself is made of must fit it.
_VENDORED, _OWN = "public, max-age=86400", "public, no-cache"
#: No script but these files: none in the page, no other site's. Styles: GraphiQL's editor writes them into the page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class _Asset:
    """Compressed, as every browser takes it."""

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


# Read once: what is in memory is sent to every browser.
_PAGE = (_FOLDER / "page.html").read_text(encoding="utf-8")
_ASSETS = _assets()


def page() -> Response:
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY, "Vary": "Accept"})


async def asset(request: Request) -> Response:
    """One of the files that the page asks for; 304 to a browser that has it."""
    found = _ASSETS.get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    if found.headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=found.headers)
    return Response(found.content, 200, {**found.headers, "Content-Encoding": "gzip"}, found.media_type)
