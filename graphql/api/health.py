"""How the process fares, for those who run it: `/health` tells everything, `/ready` whether to send requests here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from psycopg.rows import class_row
from starlette.requests import Request
from starlette.responses import Response

from api.answers import JSON
from application.notifications.standing import STANDING, Standing
from projections.reading import AsyncPool

#: A pool without a free connection for so long counts as a database out of reach.
_PATIENCE_SECONDS = 2.0

# Why it failed is for `parentalite status`: this page is open to everybody.
_READ_MODELS = """
SELECT name, position, head - position AS lag, failed_position, failed_event, head
FROM read_models.generations, (SELECT coalesce(max(notification_id), 0) AS head FROM stored_events) AS log
WHERE state = 'live' ORDER BY name"""


@dataclass(frozen=True, slots=True)
class ReadModel:
    """How far a read model has come; `failed_*` tell of the event that it stands still on, if it does."""

    name: str
    position: int
    lag: int
    failed_position: int | None
    failed_event: str | None
    head: int

    def shown(self) -> dict[str, Any]:
        failed = {"position": self.failed_position, "event": self.failed_event} if self.failed_position else None
        return {"name": self.name, "position": self.position, "lag": self.lag, "failed": failed}


class Health:
    """The two endpoints, on the pool that requests are served from."""

    def __init__(self, pool: AsyncPool) -> None:
        self._pool = pool

    async def health(self, request: Request) -> Response:
        """200 as long as the database answers; `status` is `degraded` when a read model stands still, letters do not
        leave, or something is set aside until somebody looks at it.
        """
        models, standing = await self._read_models(), await self._standing()
        if models is None or standing is None:
            return _json(503, {"status": "down", "database": False})
        well = models and not any(model.failed_position for model in models) and not standing.troubled
        status = "ok" if well else "degraded"
        told = {"status": status, "database": True, "position": max((model.head for model in models), default=0)}
        return _json(200, {**told, "readModels": [model.shown() for model in models], **standing.shown()})

    async def ready(self, request: Request) -> Response:
        """200 when requests can be answered: the database answers, and every read model goes on."""
        models = await self._read_models()
        ready = bool(models) and not any(model.failed_position for model in models or ())
        return _json(200 if ready else 503, {"ready": ready})

    async def _standing(self) -> Standing | None:
        try:
            async with (
                self._pool.connection(timeout=_PATIENCE_SECONDS) as conn,
                conn.cursor(row_factory=class_row(Standing)) as cursor,
            ):
                return await (await cursor.execute(STANDING)).fetchone()
        except psycopg.Error:
            return None

    async def _read_models(self) -> Sequence[ReadModel] | None:
        try:
            async with (
                self._pool.connection(timeout=_PATIENCE_SECONDS) as conn,
                conn.cursor(row_factory=class_row(ReadModel)) as cursor,
            ):
                await cursor.execute(_READ_MODELS)
                return await cursor.fetchall()
        except psycopg.errors.UndefinedTable:
            # Before the first projector has prepared the database there is none.
            return []
        except psycopg.Error:
            return None


def _json(status: int, content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), status, {"Cache-Control": "no-store"}, JSON)
