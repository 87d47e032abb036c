"""`/metrics` for Prometheus: requests and their durations, and the position of every follower of the log.

Served to local clients, and to holders of the metrics token.
"""

from __future__ import annotations

import hmac
from collections import Counter as Counts
from collections.abc import Iterator
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.answers import Refused, refusal, unavailable
from api.core.asker.clients import client_of
from api.core.context import Services
from api.core.negotiation import JSON
from api.http.standstill import Watch
from application.proof.signer.troubles import AUTHENTICATORS, SIGNING, STAMPING, WITNESS
from eventstore.unavailable import Unavailable


class Metrics:
    """The counters of this process, and the figures of its database."""

    def __init__(self, services: Services, watch: Watch) -> None:
        self._services, self._watch = services, watch
        #: First segments of the paths that are served: all other paths are counted together.
        self.places: frozenset[str] = frozenset()
        self._registry = CollectorRegistry()
        labels = ("place", "method", "status")
        self.requests = Counter("parentalite_requests", "Requests answered.", labels, registry=self._registry)
        self.seconds = Histogram("parentalite_request_seconds", "How long.", ("place",), registry=self._registry)
        self._gauges = {
            "position": self._gauge("follower_position", "Where a follower of the log has come to.", "name"),
            "lag": self._gauge("follower_lag_events", "Events that a follower of the log has still to take.", "name"),
            "lag_seconds": self._gauge("follower_lag_seconds", "For how long its next event has waited.", "name"),
        }
        self._failed = self._gauge("follower_failed", "1 where a follower stands still on an event.", "name")
        self._head = self._gauge("log_position", "The position of the last event.")
        self._projecting = self._gauge("projecting", "1 where some process projects.")
        self._recording = self._gauge("recording", "1 where commands can be recorded.")
        self._check = {
            "position": self._gauge("log_check_position", "Up to where the log was last judged and compared."),
            "findings": self._gauge("log_check_findings", "What that check found."),
            "seconds_ago": self._gauge("log_check_age_seconds", "How long ago that check was."),
        }
        self._troubles = self._gauge("proof_troubled", "1 where the log is not signed, stamped, cosigned.", "work")
        self._problems = self._gauge("problems", "How many problems /health tells.")
        self._mails = self._gauge("mails", "E-mails in the outbox, by what became of them.", "state")
        self._faults = self._gauge("client_faults", "What clients did that was no request, by what it was.", "kind")
        self._mail = {
            "oldest_due_seconds": self._gauge("mail_oldest_due_seconds", "Since when the oldest letter is due."),
            "oldest_waiting_seconds": self._gauge("mail_oldest_waiting_seconds", "The age of the oldest that waits."),
            "reactions_set_aside": self._gauge("reactions_set_aside", "Events that could not be reacted to."),
        }
        self._stopped = self._gauge("mail_stopped", "1 while no letter leaves, whoever it is for.")
        self._webhooks = self._gauge("webhooks", "Subscriptions of other systems, by what they do.", "state")
        self._dead = self._gauge("webhook_dead_letters", "Messages to other systems that were given up.")
        self._failing = self._gauge("jobs_failing", "Jobs whose last run failed.")
        self._subscribers = self._gauge("subscribers", "Subscriptions that are answered now.")
        self._pool = self._gauge("pool_connections", "Connections that answer queries.", "state")
        self._replicas = {
            "is_ready": self._gauge("replica_ready", "1 where a replica answers reads.", "replica"),
            "lag": self._gauge("replica_lag_events", "Events that a replica has still to show.", "replica"),
            "lag_seconds": self._gauge("replica_lag_seconds", "For how long it has been behind.", "replica"),
        }
        self._reads = self._gauge("reads", "Snapshots since the start, by the replica, or the primary.", "server")
        self._registry.register(_Fallbacks(services.compiled_fallbacks))

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"parentalite_{name}", text, labels, registry=self._registry)

    async def page(self, request: Request) -> Response:
        """Answer in Prometheus' text format; 403 for others, 503 while the database is unreachable."""
        if not self._may_read(request):
            return refusal(Refused(403, "FORBIDDEN", "Les mesures sont pour qui a leur jeton."), JSON)
        try:
            await self._look()
        except Unavailable as error:
            return refusal(unavailable(error), JSON)
        return Response(generate_latest(self._registry), 200, {"Cache-Control": "no-store"}, CONTENT_TYPE_LATEST)

    def _may_read(self, request: Request) -> bool:
        token = self._services.web.metrics_token
        if token is None:
            return client_of(request.scope, self._services.web).direct
        authorization = request.headers.get("authorization", "")
        return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())

    async def _look(self) -> None:
        standing = await self._watch.look()
        if standing is None:
            raise Unavailable("the watch sees nothing")
        for follower in standing.followers:
            for name, gauge in self._gauges.items():
                gauge.labels(follower.name).set(getattr(follower, name))
            self._failed.labels(follower.name).set(follower.failed_position is not None)
        self._head.set(standing.head)
        self._projecting.set(standing.projecting)
        self._recording.set(standing.recording)
        self._problems.set(len(standing.problems))
        for name, gauge in self._check.items() if standing.check is not None else ():
            gauge.set(getattr(standing.check, name))
        for work in (SIGNING, STAMPING, WITNESS, AUTHENTICATORS):
            self._troubles.labels(work).set(any(each.startswith(work) for each in standing.troubles))
        if (mail := standing.telling) is not None:
            for state in ("waiting", "given_up", "set_aside"):
                self._mails.labels(state).set(getattr(mail, state))
            for name, figure in self._mail.items():
                figure.set(getattr(mail, name) or 0)
            self._stopped.set(mail.stopped_since is not None)
            for state in ("up_to_date", "waiting"):
                self._webhooks.labels(state).set(getattr(mail, f"webhooks_{state}"))
            self._dead.set(mail.webhook_dead_letters)
            self._failing.set(len(mail.failing_jobs))
        for kind, count in self._services.client_faults.items():
            self._faults.labels(kind).set(count)
        self._subscribers.set(self._services.gauges["subscribers"])
        stats = self._services.pool.get_stats()
        for state in ("pool_size", "pool_available", "requests_waiting"):
            self._pool.labels(state).set(stats.get(state, 0))
        for replica in self._services.replicas.standing:
            for name, gauge in self._replicas.items():
                gauge.labels(str(replica.number)).set(getattr(replica, name))
        for server, count in self._services.replicas.answers.items():
            self._reads.labels(server).set(count)


class _Fallbacks(Collector):
    """Queries that graphql-core answered and not the compiled executor, by why."""

    def __init__(self, counts: Counts[str]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[CounterMetricFamily]:
        text = "Queries that graphql-core answered and not the compiled executor, by why."
        family = CounterMetricFamily("parentalite_compiled_fallbacks", text, labels=("reason",))
        for reason, count in self._counts.items():
            family.add_metric([reason], count)
        yield family


class Counting:
    """ASGI middleware: count each request by its place."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 500
        first = scope["path"].split("/", 2)[1]
        place = (first or "/") if first in self._metrics.places else "other"

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            method = scope["method"] if scope["method"] in ("GET", "POST", "OPTIONS", "HEAD") else "other"
            self._metrics.requests.labels(place, method, status).inc()
            self._metrics.seconds.labels(place).observe(perf_counter() - began)
