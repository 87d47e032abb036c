"""GraphiQL, served from this package: the page that browsers get works without the internet."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_FOLDER = Path(__file__).with_name("graphiql")
_KINDS = {".js": "text/javascript", ".css": "text/css"}
#: Content by name, compressed as it lies on the disk: what is in memory once is sent to every browser.
_ASSETS = {path.stem: path.read_bytes() for path in _FOLDER.glob("*.gz")}
_PAGE = (_FOLDER / "page.html").read_text(encoding="utf-8")
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'"
)


def page() -> Response:
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY, "Vary": "Accept"})


async def asset(request: Request) -> Response:
    """One of the files that the page asks for. Their names carry no version, hence the short time in caches."""
    name = request.path_params["name"]
    content = _ASSETS.get(name)
    if content is None:
        return Response(status_code=404)
    headers = {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=86400"}
    return Response(content, headers=headers, media_type=_KINDS[Path(name).suffix])
