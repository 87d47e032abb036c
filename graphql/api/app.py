"""The server put together: the GraphQL endpoint, the pages for those who run it, and what lives as long as it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route, WebSocketRoute

from api import ide
from api.context import Services
from api.exports.audit_trail import AuditTrailExport
from api.health import Health
from api.schema import schema
from api.view import GraphQLView


def create_app(services: Services) -> FastAPI:
    """An ASGI application on `services`. It opens and closes their pool and waiter; the rest lives longer than it.

    Serves `/graphql` (POST, GET, WebSocket, SSE, and GraphiQL to browsers), `/audit-trail.csv`,
    `/health` and `/ready`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with services.pool, services.waiter:
            yield

    # GraphQL is the only face: no OpenAPI pages of two health checks.
    app = FastAPI(title="Parentalité", lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    view = GraphQLView(services, schema)
    app.router.routes.append(Route("/graphql", view))
    app.router.routes.append(WebSocketRoute("/graphql", view))
    app.add_route("/graphiql/{name}", ide.asset, methods=["GET"])
    app.router.routes.append(Route("/audit-trail.csv", AuditTrailExport(services).__call__, methods=["GET"]))
    health = Health(services.pool)
    app.add_route("/health", health.health, methods=["GET"])
    app.add_route("/ready", health.ready, methods=["GET"])
    return app
