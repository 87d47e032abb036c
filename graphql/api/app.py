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
from starlette.routing import BaseRoute, Route, WebSocketRoute
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
from api.http.answer_cache import AnswerCache, KeptAnswers
from api.http.health import Health
from api.http.in_process import InProcess
from api.http.metrics import Counting, Metrics
from api.http.own_write_cookie import OwnWriteCookie
from api.http.routes_by_segment import RoutesBySegment, with_pages
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

Endpoint = Callable[[Request], Awaitable[Response]]


class Pages(Protocol):
    """Pages for people, served beside the API in this process."""

    def routes(self, graphql: InProcess) -> Sequence[BaseRoute]:
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
    """Serve GraphQL over HTTP and pages straight, everything else through FastAPI, whose layers would take a twentieth
    of a short answer's time.
    """
    view = GraphQLView(services, schema)
    kept = KeptAnswers(services.waiter, is_recent=services.replicas.is_recent)
    graphql = AnswerCache(view, kept)
    endpoints = _endpoints(services, metrics, watch, view)
    endpoints.add_exception_handler(HTTPException, _refusing(pages))
    endpoints.add_exception_handler(Refused, _refusing(pages))
    own = () if pages is None else pages.routes(InProcess(services, graphql, view, kept))
    # A page may take an address of the API for browsers, and answers programs as the API does.
    by_segment = RoutesBySegment(with_pages(endpoints.router.routes, own))
    metrics.places = by_segment.segments
    endpoints.router.routes[:] = [by_segment]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_http = scope["type"] == "http"
        if is_http and scope["path"] == "/graphql":
            await graphql(scope, receive, send)
        elif not (is_http and await by_segment.handle_whole(scope, receive, send)):
            await endpoints(scope, receive, send)

    return serve


def _endpoints(services: Services, metrics: Metrics, watch: Watch, view: GraphQLView) -> FastAPI:
    """Return the other endpoints. Their lifespan opens and closes the pool and the waiter of `services`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Read the database's secret once at start, not when the first signed-in asker needs it.
        await to_thread.run_sync(services.application.bus.keyed.open)
        await to_thread.run_sync(view.prepare_trusted)
        async with services.pool, services.waiter, services.replicas:
            watching = asyncio.create_task(watch.keep(), name="watch")
            try:
                yield
            finally:
                watching.cancel()

    # GraphQL is the interface: no OpenAPI pages for a few files and two health checks.
    app = FastAPI(title="Parentalité", lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    health = Health(watch, services)
    served: dict[str, Endpoint] = {
        "/graphiql/{name}": ide.asset,
        **_files_of_animations(services),
        **_other_files(services),
        **_proofs(services),
        "/health": health.health,
        "/ready": health.ready,
        "/metrics": metrics.page,
    }
    app.router.routes += [
        WebSocketRoute("/graphql", view),
        *(Route(path, endpoint, methods=["GET"]) for path, endpoint in served.items()),
        *OpenData(services).routes,
        *_taking(services),
    ]
    return app


def _files_of_animations(services: Services) -> dict[str, Endpoint]:
    """Return what is served of animations, one and many, by path: of two that fit an address, the first."""
    papers, kits, call_lists = Papers(services), Kits(services), CallLists(services)
    feeds, exports, templates = AnimationFeeds(services), AnimationExports(services), ImportTemplates(services)
    return {
        "/animations/import-template.csv": templates.csv,
        "/animations/import-template.xlsx": templates.xlsx,
        "/animations/{id}/attendance-sheet": papers.signed_sheet,
        "/animations/{id}/attendance-sheet/blank.pdf": papers.blank_sheet,
        "/animations/{id}/attendance-sheet/{sha256}": papers.signed_sheet,
        "/animations/{id}/ticket.pdf": Tickets(services).pdf,
        "/animations/{id}/poster.pdf": kits.poster,
        "/animations/{id}/flyer.pdf": kits.flyers,
        "/animations/{id}/slide.pdf": kits.slide,
        "/animations/{id}/kit.zip": kits.zip,
        "/animations/{id}/to-call.csv": call_lists.csv,
        "/animations/{id}/to-call.pdf": call_lists.pdf,
        "/animations/{id}/calendar.ics": feeds.calendar_entry,
        "/animations.ics": feeds.calendar,
        "/animations.atom": feeds.atom,
        "/animations.jsonld": feeds.json_ld,
        "/animations.csv": exports.listing_csv,
        "/animations.xlsx": exports.listing_xlsx,
        "/structures/{id}/animations.csv": exports.own_csv,
        "/structures/{id}/animations.xlsx": exports.own_xlsx,
    }


def _other_files(services: Services) -> dict[str, Endpoint]:
    plannings, logos, certificates = Plannings(services), LogoFiles(services), Certificates(services)
    publications = PublicationFeeds(services)
    return {
        "/structures/{id}/planning.pdf": plannings.of_structure,
        "/structures/{id}/logo": logos.of_structure,
        "/structures/{id}/contacts.csv": ContactExport(services).csv,
        "/territories/{code}/planning.pdf": plannings.of_territory,
        "/territories/{code}/logo": logos.of_territory,
        "/publications.atom": publications.atom,
        "/publications.jsonld": publications.json_ld,
        "/publications/{id}/files/{sha256}": PublicationFiles(services).file,
        "/candidatures/{id}/certificate.pdf": certificates.pdf,
        "/certificates/{number}": certificates.check,
        "/strategies/{id}/documents/{sha256}": StrategyDocuments(services).document,
        "/audit-trail.csv": AuditTrailExport(services).csv,
    }


def _proofs(services: Services) -> dict[str, Endpoint]:
    papers, proof, tiles = DossierPapers(services), ProofPages(services), TilePages(services)
    return {
        "/service-dossiers/{id}/pieces/{sha256}": papers.piece,
        "/service-dossiers/{id}/dossier.pdf": papers.pdf,
        "/service-dossiers/{id}/dossier.csv": papers.csv,
        "/service-dossiers/{id}/bundle.zip": papers.bundle,
        "/checkpoint": proof.latest,
        "/checkpoints/{size}": proof.of_size,
        "/checkpoints/{size}/stamp.tsr": proof.stamp,
        "/tile/entries/{index:path}": tiles.entries,
        "/tile/{level}/{index:path}": tiles.tile,
        "/keys": proof.keys,
        "/keys/checkpoint.pem": proof.pem,
    }


def _taking(services: Services) -> list[Route]:
    """Return the routes that take something: the end of letters to somebody, and what the gateway of texts sends."""
    unsubscribing, path = Unsubscribing(services), f"/{UNSUBSCRIBING}/{{link}}"
    return [
        Route(path, unsubscribing.ask, methods=["GET"]),
        Route(path, unsubscribing.do, methods=["POST"]),
        Route("/sms/inbound", InboundTexts(services).take, methods=["POST"]),
    ]


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
