"""Serve the API: bind the address first, then run the server until a signal ends it."""

from __future__ import annotations

import asyncio
import errno
import gc
import resource
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from threading import Thread
from typing import TYPE_CHECKING, Any

from cli.composition import Runtime, api_services, page_secret
from cli.console import Refused
from cli.logs import RequestLog
from cli.server.workers import Inherited
from eventstore.cycles import seek_cycles_less_often

if TYPE_CHECKING:
    import uvicorn

    from api.core.context import Services
    from application.hosting.setting_groups import WebSettings

#: How long a stopping server waits for pending answers and idle clients.
GRACE_SECONDS = 3
#: Concurrent connections, of which one peer may have a quarter; further ones get 503.
MAX_CONNECTIONS = 4_000
#: How long a client may leave sent data unacknowledged (RFC 5482).
UNREAD_TIMEOUT_MS = 30_000


def take_address(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, before any long work, so that a port in use is reported at once.

    Raises Refused, naming the port and the way out.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Refused(f"--host {host}: no address of this machine ({error.strerror})") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Connections inherit it: a client that reads nothing is dropped, subscriptions and all.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_TIMEOUT_MS)
        # Another process could still take an address that is bound but not listening.
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise Refused(_bind_error(error, host, port)) from None
    return listener


def _bind_error(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} is already in use: choose another one with --port (make demo: PORT={port + 1})"
        case errno.EACCES:
            return f"port {port} may not be used by this account: choose one above 1023 with --port"
        case errno.EADDRNOTAVAIL:
            return f"--host {host}: no address of this machine; 127.0.0.1 serves this machine alone, 0.0.0.0 all others"
        case _:
            return f"cannot listen on {host}, port {port}: {error.strerror}"


def address_of(listener: socket.socket) -> str:
    """Return the server's URL, as seen from this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_api(
    opened: Runtime,
    listener: socket.socket,
    started: Callable[[], None],
    offers: Mapping[str, str] | None = None,
    inherited: Inherited | None = None,
) -> None:
    """Serve on the socket until SIGINT or SIGTERM; call `started` once requests are answered."""
    # Imported here: they take most of a second, which other commands should not pay.
    from api.http.persisted import PersistedDocuments
    from cli.server.draining import DrainingServer
    from web.app import create_site

    services = api_services(opened)
    if inherited is not None:
        services.shared(PersistedDocuments, trusted=services.trusted_documents, folder=inherited.documents)
    config = server_config(RequestLog(create_site(services, page_secret(opened.settings), offers or {})), services)
    seek_cycles_less_often()
    # A tenth of the default, so that the event loop does not wait for the thread that validates long documents.
    sys.setswitchinterval(0.0005)

    def begun() -> None:
        started()
        Thread(target=_index_names, name="names", daemon=True).start()

    server = DrainingServer(config, begun, lambda: services.gauges.update(leaving=1), opened.settings.leave_seconds)
    if inherited is not None:
        signal.signal(signal.SIGHUP, server.replace)
        inherited.end_with_supervisor()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve([listener]))


def _index_names() -> None:
    """Prepare the names of communes and lycées: nobody waits while the first who needs one is answered."""
    from domain.kernel.place_search import place_search
    from domain.kernel.schools import named_lycees

    place_search()
    named_lycees()
    # Seventy thousand objects that live as long as the process: no collection need look at them.
    gc.freeze()


def server_config(application: Any, services: Services, port: int = 0) -> uvicorn.Config:
    """Return the server's configuration, independent of the environment.

    Only PARENTALITE_TRUSTED_PROXIES decides whose forwarded headers are trusted.
    """
    import uvicorn

    from api.core.asker.requests import LARGEST_BODY
    from cli.server.bounded_http import Door, bounded_protocol
    from cli.server.bounded_websocket import BoundedWebSocket

    limit = max_connections()
    door = Door(limit, limit // 4, lambda peer: stands_for_many(peer, services.web), services.client_faults)
    return uvicorn.Config(
        application,
        port=port,
        http=bounded_protocol(door),
        ws=BoundedWebSocket,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=LARGEST_BODY,
    )


def max_connections() -> int:
    """Return the number of clients that may connect; each takes a file descriptor, and others are needed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * MAX_CONNECTIONS
    if soft < needed and (hard == resource.RLIM_INFINITY or hard > soft):
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(MAX_CONNECTIONS, soft // 2)


def stands_for_many(peer: str, web: WebSettings) -> bool:
    """Return whether the peer may be any client: a trusted proxy, or something on this machine."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return address.is_loopback or any(address in network for network in web.trusted_proxies)
