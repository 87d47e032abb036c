"""Past animations without attestation, the oldest first. `/territoire/attestations`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.documents import document
from web.core.narrowing import ask_of_desk, not_named
from web.core.pages import page_variables, pages_around
from web.core.site import Site

_ATTESTATIONS = document("territory/attestations")
_LATE = timedelta(days=7)
_WORDS = {"structureId": "Structure"}


class Attestations:
    """The page of what is still to be attested."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk("/territoire/attestations", self.show)]

    async def show(self, request: Request) -> Response:
        params = request.query_params
        where: dict[str, Any] = {"awaitingAttestation": True}
        if structure := params.get("structure"):
            where["structureId"] = structure
        answer, refused = await ask_of_desk(self._site.api, request, _ATTESTATIONS, where, page_variables(params))
        animations = answer["managedAnimations"]
        late = self._site.clock() - _LATE
        return self._site.templates.page(
            request,
            "territory/attestations",
            animations=animations,
            of_structure=bool(structure) and "structureId" not in refused,
            late={each["id"] for each in animations["nodes"] if datetime.fromisoformat(each["endsAt"]) <= late},
            unknown=[*(_WORDS.get(name, name) for name in refused), *not_named(request, "structure")],
            around=pages_around(request, animations["pageInfo"]),
        )
