"""Health endpoints for operators: `/health` reports everything, `/ready` whether to send requests here."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.core.context import Services
from api.core.negotiation import JSON
from api.http.standstill import Watch
from projections.replicas.replicas import ReplicaStanding


class Health:
    """The two endpoints. They are public: `parentalite status` tells why a read model stands still."""

    def __init__(self, watch: Watch, services: Services) -> None:
        self._watch, self._services, self._replicas = watch, services, services.replicas

    async def health(self, request: Request) -> Response:
        """Answer 200 as long as the database does; `status` is `degraded` if there are `problems`."""
        standing = await self._watch.look()
        if standing is None:
            return _json(503, {"status": "down", "database": False})
        content = {
            "status": "degraded" if standing.problems else "ok",
            "database": True,
            "position": standing.head,
            "problems": standing.problems,
            "projecting": standing.projecting,
            "recording": standing.recording,
            "readModels": [model.shown() for model in standing.read_models],
            "followers": [follower.shown() for follower in standing.others],
            "check": standing.check.shown() if standing.check else None,
            **({"replicas": [_shown(each) for each in self._replicas.standing]} if self._replicas else {}),
            **(standing.telling.shown() if standing.telling else {}),
        }
        return _json(200, content)

    async def ready(self, request: Request) -> Response:
        """Answer 200 if this process can serve requests: the database answers, commands can be recorded, a projector
        runs, and every read model moves on and is not far behind. 503 once this process was told to stop.
        """
        standing = await self._watch.look()
        ready = standing is not None and standing.ready and not self._services.gauges["leaving"]
        return _json(200 if ready else 503, {"ready": ready})


def _shown(replica: ReplicaStanding) -> dict[str, Any]:
    return {
        "number": replica.number,
        "state": replica.state,
        "position": replica.position,
        "lag": replica.lag,
        "lagSeconds": round(replica.lag_seconds, 1),
    }


def _json(status: int, content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), status, {"Cache-Control": "no-store"}, JSON)
