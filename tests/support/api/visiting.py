"""Every address that is fetched with GET: files, papers, feeds, tables and tiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from starlette.routing import Route

from domain.kernel.actors import Role
from tests.support.api.rights_world import Everything
from tests.support.server import Clock, running_server, token
from tests.support.world import MASTER_KEY, SIRET, UAI

#: What stands in addresses, by the word before it, as the ids of one of each thing are called.
_IDS = {
    "animations": "animationId",
    "service-dossiers": "dossierId",
    "candidatures": "candidatureId",
    "structures": "structureId",
    "strategies": "strategyId",
    "publications": "publicationId",
}
#: For ever, or of the process alone.
_NOT_VISITED = ("/graphql", "/metrics")


def visits(everything: Everything, files: Path) -> dict[str, int]:
    """Fetch every address of the service but pages. Return how each was answered, by 200 if anybody is."""
    of_town = patch("tests.support.server.MASTER_KEY", MASTER_KEY)
    with _routes() as routes, of_town, patch("web.app.Pages.routes", lambda *_: ()):
        now = everything.reader.town.now
        with running_server(everything.reader.town.url, Clock(now), files=files, projects=False) as server:
            scopes: dict[str, Any] = {"sirets": [SIRET], "territories": ["971"], "schools": [UAI]}
            tokens = [None, *(token(role, **scopes) for role in (Role.NATIONAL, Role.STRUCTURE, Role.AUDITOR))]
            answers: dict[str, int] = {}
            for path in sorted({route.path for route in routes if "GET" in (route.methods or ())}):
                if path.startswith(_NOT_VISITED):
                    continue
                address = _filled(path, everything.ids)
                for who in tokens:
                    headers = {"Authorization": f"Bearer {who}"} if who else {}
                    answers[path] = server.http.get(address, headers=headers).status_code
                    if answers[path] == 200:
                        break
            return answers


@contextmanager
def _routes() -> Iterator[list[Route]]:
    """The routes made meanwhile."""
    made: list[Route] = []
    make = Route.__init__

    def noted(self: Route, *arguments: Any, **options: Any) -> None:
        make(self, *arguments, **options)
        made.append(self)

    with patch.object(Route, "__init__", noted):
        yield made


def _filled(path: str, ids: dict[str, str]) -> str:
    """Return an address for the path, of things that exist where they have an id."""
    values = {"code": "971", "level": "0", "index": "000", "size": "1", "number": "1", "name": "x", "sha256": "0" * 64}
    word = path.strip("/").split("/")[0]
    values |= {"id": ids.get(_IDS.get(word, ""), "x"), "link": ids["link"]}
    return re.sub(r"\{(\w+)(:path)?\}", lambda part: values[part[1]], path)
