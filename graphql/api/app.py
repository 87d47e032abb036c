"""Assemble the server: the GraphQL endpoint, the other endpoints, and the tasks that live as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from anyio import to_thread
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.animations.feeds import AnimationFeeds
from api.animations.several.template import ImportTemplates
from api.animations.sheet_downloads import Papers
from api.animations.table_downloads import AnimationExports
from api.audit.downloads import AuditTrailExport
from api.candidatures.certificates import Certificates
from api.communication.kit import Kits
from api.communication.plannings import Plannings
from api.contacts.downloads import ContactExport
from api.core.answers import Refused, refusal
from api.core.context import Services
from api.core.negotiation import JSON, accepted_by
from api.http import graphiql as ide
from api.http.answer_cache import AnswerCache
from api.http.health import Health
from api.http.metrics import Counting, Metrics
from api.http.own_write_cookie import OwnWriteCookie
from api.http.routes_by_segment import RoutesBySegment
from api.http.security_headers import SecurityHeaders, with_cors
from api.http.standstill import Watch
from api.http.view import GraphQLView
from api.limits.rate_limits import RateLimiter, RateLimits
from api.logos.downloads import LogoFiles
from api.notifications.inbound_texts import InboundTexts
from api.notifications.unsubscribing import Unsubscribing
from api.open_data.downloads import OpenData
from api.proof.downloads import ProofPages
from api.proof.tiles import TilePages
from api.publications.downloads import PublicationFiles
from api.publications.feeds import PublicationFeeds
from api.registrations.call_list_downloads import CallLists
from api.registrations.ticket_downloads import Tickets
from api.schema import schema
from api.service_dossiers.downloads import DossierPapers
from api.strategies.downloads import StrategyDocuments
from application.notifications.unsubscribing import PATH as UNSUBSCRIBING
from domain.kernel.place_search import place_search
from domain.kernel.schools import named_lycees


class Pages(Protocol):
    """Pages for people, served beside the API in this process."""

    def routes(self, graphql: ASGIApp) -> Sequence[BaseRoute]:
        """Return their routes; they read and act through `graphql` alone."""

    def refused(self, request: Request, refused: Refused) -> Response:
        """Answer a browser at an address that does not exist, or whose document cannot be had."""


def create_app(services: Services, pages: Pages | None = None) -> ASGIApp:
    """Return the whole service: counted, limited, and with security headers."""
    watch = Watch(services)
    metrics = Metrics(services, watch)
    served = _with_graphql(services, metrics, watch, pages)
    app: ASGIApp = RateLimits(served, services.web, services.shared(RateLimiter), partial(_refusal, pages))
    if services.replicas:
        secure = services.public_url.startswith("https://")
        app = OwnWriteCookie(app, services.replicas.freshness.bound, secure)
    app = SecurityHeaders(with_cors(app, services.web.cors_origins), services.public_url)
    return Counting(app, metrics)


def _with_graphql(services: Services, metrics: Metrics, watch: Watch, pages: Pages | None) -> ASGIApp:
    """Serve GraphQL over HTTP straight from its view, everything else through FastAPI, whose layers would take a
    twentieth of a short answer's time.
    """
    view = GraphQLView(services, schema)
    graphql = AnswerCache(view, services.waiter, is_recent=services.replicas.is_recent)
    endpoints = _endpoints(services, metrics, watch, view)
    endpoints.add_exception_handler(HTTPException, _refusing(pages))
    endpoints.add_exception_handler(Refused, _refusing(pages))
    routes = [*endpoints.router.routes, *(() if pages is None else pages.routes(graphql))]
    endpoints.router.routes[:] = [RoutesBySegment(routes)]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_graphql = scope["type"] == "http" and scope["path"] == "/graphql"
        await (graphql if is_graphql else endpoints)(scope, receive, send)

    return serve


def _endpoints(services: Services, metrics: Metrics, watch: Watch, view: GraphQLView) -> FastAPI:
    """Return the other endpoints. Their lifespan opens and closes the pool and the waiter of `services`.

    Serves `/graphql` by WebSocket, the downloads of an animation under `/animations/{id}` and of a dossier under
    `/service-dossiers/{id}`, `/checkpoint`, `/health` and `/ready`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Read the database's secret once at start, not when the first signed-in asker needs it.
        await to_thread.run_sync(services.application.bus.keyed.open)
        await to_thread.run_sync(view.prepare_trusted)
        async with services.pool, services.waiter, services.replicas:
            indexing = asyncio.create_task(to_thread.run_sync(_index_names), name="names")
            watching = asyncio.create_task(watch.keep(), name="watch")
            try:
                yield
            finally:
                watching.cancel()
                indexing.cancel()

    # GraphQL is the interface: no OpenAPI pages for a few files and two health checks.
    app = FastAPI(title="Parentalité", lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.router.routes.append(WebSocketRoute("/graphql", view))
    app.add_route("/graphiql/{name}", ide.asset, methods=["GET"])
    papers = Papers(services)
    app.add_route("/animations/{id}/attendance-sheet", papers.signed_sheet, methods=["GET"])
    app.add_route("/animations/{id}/attendance-sheet/blank.pdf", papers.blank_sheet, methods=["GET"])
    app.add_route("/animations/{id}/attendance-sheet/{sha256}", papers.signed_sheet, methods=["GET"])
    app.add_route("/animations/{id}/ticket.pdf", Tickets(services).pdf, methods=["GET"])
    kits, plannings = Kits(services), Plannings(services)
    app.add_route("/animations/{id}/poster.pdf", kits.poster, methods=["GET"])
    app.add_route("/animations/{id}/flyer.pdf", kits.flyers, methods=["GET"])
    app.add_route("/animations/{id}/slide.pdf", kits.slide, methods=["GET"])
    app.add_route("/animations/{id}/kit.zip", kits.zip, methods=["GET"])
    app.add_route("/structures/{id}/planning.pdf", plannings.of_structure, methods=["GET"])
    app.add_route("/territories/{code}/planning.pdf", plannings.of_territory, methods=["GET"])
    call_lists = CallLists(services)
    app.add_route("/animations/{id}/to-call.csv", call_lists.csv, methods=["GET"])
    app.add_route("/animations/{id}/to-call.pdf", call_lists.pdf, methods=["GET"])
    logos = LogoFiles(services)
    app.add_route("/structures/{id}/logo", logos.of_structure, methods=["GET"])
    app.add_route("/territories/{code}/logo", logos.of_territory, methods=["GET"])
    app.add_route("/publications/{id}/files/{sha256}", PublicationFiles(services).file, methods=["GET"])
    publications = PublicationFeeds(services)
    app.add_route("/publications.atom", publications.atom, methods=["GET"])
    app.add_route("/publications.jsonld", publications.json_ld, methods=["GET"])
    app.add_route("/candidatures/{id}/certificate.pdf", Certificates(services).pdf, methods=["GET"])
    app.add_route("/certificates/{number}", Certificates(services).check, methods=["GET"])
    app.add_route("/sms/inbound", InboundTexts(services).take, methods=["POST"])
    unsubscribing = Unsubscribing(services)
    app.add_route(f"/{UNSUBSCRIBING}/{{link}}", unsubscribing.ask, methods=["GET"])
    app.add_route(f"/{UNSUBSCRIBING}/{{link}}", unsubscribing.do, methods=["POST"])
    dossier_papers = DossierPapers(services)
    app.add_route("/service-dossiers/{id}/pieces/{sha256}", dossier_papers.piece, methods=["GET"])
    app.add_route("/strategies/{id}/documents/{sha256}", StrategyDocuments(services).document, methods=["GET"])
    app.add_route("/service-dossiers/{id}/dossier.pdf", dossier_papers.pdf, methods=["GET"])
    app.add_route("/service-dossiers/{id}/bundle.zip", dossier_papers.bundle, methods=["GET"])
    proof = ProofPages(services)
    app.add_route("/checkpoint", proof.latest, methods=["GET"])
    app.add_route("/checkpoints/{size}", proof.of_size, methods=["GET"])
    app.add_route("/checkpoints/{size}/stamp.tsr", proof.stamp, methods=["GET"])
    tiles = TilePages(services)
    app.add_route("/tile/entries/{index:path}", tiles.entries, methods=["GET"])
    app.add_route("/tile/{level}/{index:path}", tiles.tile, methods=["GET"])
    app.add_route("/keys", proof.keys, methods=["GET"])
    app.add_route("/keys/checkpoint.pem", proof.pem, methods=["GET"])
    app.add_route("/service-dossiers/{id}/dossier.csv", dossier_papers.csv, methods=["GET"])
    exports = AnimationExports(services)
    app.add_route("/animations.csv", exports.listing_csv, methods=["GET"])
    app.add_route("/animations.xlsx", exports.listing_xlsx, methods=["GET"])
    feeds = AnimationFeeds(services)
    app.add_route("/animations.ics", feeds.calendar, methods=["GET"])
    templates = ImportTemplates(services)
    app.add_route("/animations/import-template.csv", templates.csv, methods=["GET"])
    app.add_route("/animations/import-template.xlsx", templates.xlsx, methods=["GET"])
    app.add_route("/animations/{id}/calendar.ics", feeds.calendar_entry, methods=["GET"])
    app.add_route("/animations.atom", feeds.atom, methods=["GET"])
    app.add_route("/animations.jsonld", feeds.json_ld, methods=["GET"])
    app.add_route("/structures/{id}/animations.csv", exports.own_csv, methods=["GET"])
    app.add_route("/structures/{id}/animations.xlsx", exports.own_xlsx, methods=["GET"])
    app.add_route("/structures/{id}/contacts.csv", ContactExport(services).csv, methods=["GET"])
    app.add_route("/audit-trail.csv", AuditTrailExport(services).csv, methods=["GET"])
    app.router.routes.extend(OpenData(services).routes)
    health = Health(watch, services)
    app.add_route("/health", health.health, methods=["GET"])
    app.add_route("/ready", health.ready, methods=["GET"])
    app.add_route("/metrics", metrics.page, methods=["GET"])
    return app


def _index_names() -> None:
    """Prepare the names of communes and lycées: nobody waits while the first who needs one is answered."""
    place_search()
    named_lycees()


def _refusing(pages: Pages | None) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return how refusals are answered: with a page to browsers, else in the JSON shape of every other error."""

    async def refuse(request: Request, error: Exception) -> Response:
        if isinstance(error, Refused):
            return _refusal(pages, request, error)
        assert isinstance(error, HTTPException)
        refused = Refused(404, "NOT_FOUND", "Cette adresse n'existe pas.")
        if error.status_code != 404:
            message = f"Méthode {request.method} non admise à cette adresse."
            refused = Refused(error.status_code, "METHOD_NOT_ALLOWED", message, dict(error.headers or {}))
        return _refusal(pages, request, refused)

    return refuse


def _refusal(pages: Pages | None, request: Request, refused: Refused) -> Response:
    """Answer with a page to browsers, except where GraphQL is asked."""
    is_page = request.url.path != "/graphql" and accepted_by(request.headers.get("accept", "")).page
    return refusal(refused, JSON) if pages is None or not is_page else pages.refused(request, refused)
