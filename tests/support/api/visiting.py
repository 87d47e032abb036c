"""Every address that is fetched with GET: files, papers, feeds, tables and tiles; and the pages, as each role."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from starlette.routing import Route

from domain.kernel.actors import Role
from tests.support.api.rights_world import Everything
from tests.support.server import Clock, running_server, token
from tests.support.visitor import Visitor
from tests.support.world import MASTER_KEY, SIRET, UAI
from web.app import Pages

#: What stands in addresses, by the word before it, as the ids of one of each thing are called.
_IDS = {
    "abonnements": "webhookId",
    "animations": "animationId",
    "service-dossiers": "dossierId",
    "candidatures": "candidatureId",
    "controle": "controlId",
    "conventions": "conventionId",
    "demandes": "requestId",
    "dossiers": "dossierId",
    "groupes": "groupId",
    "invitations": "invitation",
    "publications": "publicationId",
    "questionnaire": "questionnaire",
    "ressources": "publicationId",
    "strategies": "strategyId",
    "structures": "structureId",
}
#: For ever, or of the process alone.
_NOT_VISITED = ("/graphql", "/assets")
_SCOPES: dict[str, Any] = {"sirets": [SIRET], "territories": ["971"], "schools": [UAI]}


def visits(everything: Everything, files: Path, narrowed: Iterable[str] = ()) -> dict[str, int]:
    """Fetch every address of the service. Return how each was answered, by 200 if anybody is.

    A page is fetched by every role: they read other things of it. `narrowed`: further ones, for the national team.
    """
    of_town = patch("tests.support.server.MASTER_KEY", MASTER_KEY)
    roles = [role for role in Role if role not in (Role.PUBLIC, Role.SYSTEM)]
    offers = {role.name: token(role, **_SCOPES) for role in roles}
    now, url = everything.reader.town.now, everything.reader.town.url
    with (
        _routes() as (pages, others),
        of_town,
        running_server(url, Clock(now), files=files, projects=False, offers=offers) as server,
    ):
        answers: dict[str, int] = {}
        tokens = (None, *(offers[role.name] for role in (Role.NATIONAL, Role.STRUCTURE, Role.AUDITOR)))
        for path in _paths(others):
            for who in tokens:
                headers = {"Authorization": f"Bearer {who}"} if who else {}
                answers[path] = server.http.get(_filled(path, everything.ids), headers=headers).status_code
                if answers[path] == 200:
                    break
        for address in narrowed:
            headers = {"Authorization": f"Bearer {offers[Role.NATIONAL.name]}"}
            answers[address] = server.http.get(address, headers=headers).status_code
        for role in roles:
            visitor = Visitor(server.address).signs_in(role.name)
            for path in _paths(pages):
                status = visitor.http.get(_filled(path, everything.ids)).status_code
                answers[path] = 200 if answers.get(path) == 200 else status
                assert status < 500, (path, role)
        return answers


def _paths(routes: list[Route]) -> list[str]:
    paths = sorted({route.path for route in routes if "GET" in (route.methods or ())})
    return [path for path in paths if not path.startswith(_NOT_VISITED)]


@contextmanager
def _routes() -> Iterator[tuple[list[Route], list[Route]]]:
    """The routes of pages made meanwhile, and all others."""
    pages: list[Route] = []
    made: list[Route] = []
    make, of_pages = Route.__init__, Pages.routes

    def noted(self: Route, *arguments: Any, **options: Any) -> None:
        make(self, *arguments, **options)
        made.append(self)

    def noted_pages(self: Pages, graphql: Any) -> Any:
        before = len(made)
        routes = of_pages(self, graphql)
        pages.extend(made[before:])
        del made[before:]
        return routes

    with patch.object(Route, "__init__", noted), patch.object(Pages, "routes", noted_pages):
        yield pages, made


def _filled(path: str, ids: dict[str, str]) -> str:
    """Return an address for the path, of things that exist where they have an id."""
    values = {"code": "971", "level": "0", "index": "000", "size": "1", "number": "1", "name": "x", "sha256": "0" * 64}
    values |= {"link": ids["link"], "dossier": ids["dossierId"], "change": "fusionner"}
    words = path.strip("/").split("/")
    named = [ids[_IDS[word]] for word, after in itertools.pairwise(words) if word in _IDS and after.startswith("{")]
    values |= dict.fromkeys(
        ("id", *(("link",) if words[0] in ("invitations", "questionnaire") else ())), (named or ["x"])[0]
    )
    return re.sub(r"\{(\w+)(:path)?\}", lambda part: values[part[1]], path)
