"""How the process fares, for those who run it: `/health` tells everything, `/ready` whether to send requests here."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import JSON
from api.http.standstill import Watch


class Health:
    """The two endpoints. Why a read model stands still is for `parentalite status`: these are open to everybody."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    async def health(self, request: Request) -> Response:
        """200 as long as the database answers; `status` is `degraded` where `problems` are told."""
        standing = await self._watch.look()
        if standing is None:
            return _json(503, {"status": "down", "database": False})
        told = {
            "status": "degraded" if standing.problems else "ok",
            "database": True,
            "position": standing.head,
            "problems": standing.problems,
            "projecting": standing.projecting,
            "recording": standing.recording,
            "readModels": [model.shown() for model in standing.read_models],
            "followers": [follower.shown() for follower in standing.others],
            **(standing.telling.shown() if standing.telling else {}),
        }
        return _json(200, told)

    async def ready(self, request: Request) -> Response:
        """200 when requests can be answered: the database answers, commands can be recorded, somebody projects, and
        every read model goes on and is not far behind.
        """
        standing = await self._watch.look()
        ready = standing is not None and standing.ready
        return _json(200 if ready else 503, {"ready": ready})


def _json(status: int, content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), status, {"Cache-Control": "no-store"}, JSON)
