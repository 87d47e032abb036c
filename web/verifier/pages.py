"""How anybody verifies a dossier, and the verifier itself: one file that needs no network. `/verifier`."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from web.core.documents import ROOT
from web.core.site import Site

_FILE = "verifier.html"
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


class Verifier:
    """The public pages about verifying."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._packed, policy = _packed()
        self._headers = {
            "Content-Security-Policy": policy,
            "Vary": "Accept-Encoding",
            "Cache-Control": "no-cache",
            "Content-Disposition": f'inline; filename="{_FILE}"',
        }

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._site.route("/verifier", self.explain),
            Route(f"/verifier/{_FILE}", self.file, methods=["GET"]),
        ]

    async def explain(self, request: Request) -> Response:
        return self._site.templates.page(request, "verifier/explanation")

    async def file(self, request: Request) -> Response:
        """Answer with the verifier, the same for everybody. Who keeps it with curl or wget gets it as it is."""
        content, headers = self._packed, self._headers | {"Content-Encoding": "gzip"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            content, headers = gzip.decompress(content), self._headers
        return Response(content, 200, headers, "text/html; charset=utf-8")


@cache
def _packed() -> tuple[bytes, str]:
    """Return the verifier, compressed, and its policy."""
    content = verifier_path().read_bytes()
    return gzip.compress(content, 9, mtime=0), policy_of(content.decode())


def verifier_path() -> Path:
    """Return the verifier's file: inside the installed package, or among the documents of a checkout."""
    packaged = ROOT / "verifier" / _FILE
    return packaged if packaged.is_file() else ROOT.parent / "docs" / "verifier" / _FILE


def policy_of(page: str) -> str:
    """Return the policy under which only what stands in this page runs, by its digest, and nothing is fetched."""
    digests: dict[str, list[str]] = {"script": [], "style": []}
    for kind, text in _INLINE.findall(page):
        digests[kind].append(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'")
    allowed = "; ".join(f"{kind}-src {' '.join(each)}" for kind, each in digests.items() if each)
    return f"default-src 'none'; {allowed}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
