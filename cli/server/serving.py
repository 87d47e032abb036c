"""Serving the API: the address taken first, then the server run until a signal ends it."""

from __future__ import annotations

import asyncio
import errno
import gc
import resource
import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from cli.composition import Runtime, api_services
from cli.console import Refused
from cli.logs import RequestLog

if TYPE_CHECKING:
    import uvicorn

    from api.core.context import Services
    from application.hosting.settings import WebSettings

#: How long a stopping server waits for answers under way, and for clients that only listen.
GRACE_SECONDS = 3
#: Connections at once, of one peer a quarter of them: who comes beyond is answered 503.
MOST_CONNECTIONS = 4_000
#: How long somebody may leave what was sent to them unread (RFC 5482).
SLOWEST_READER_MS = 30_000


def take_address(host: str, port: int) -> socket.socket:
    """A socket bound to the address: taken before any long work, so that a port in use is told at once.

    Raises Refused, naming the port and the way out.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Refused(f"--host {host}: no address of this machine ({error.strerror})") from None
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Connections inherit it: who reads nothing of what waits for them is dropped, subscriptions and all.
            taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SLOWEST_READER_MS)
        # Bound alone, it could still be taken by another; what comes meanwhile waits for the first answer.
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise Refused(_why_not(error, host, port)) from None
    return taken


def _why_not(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} is already in use: choose another one with --port (make demo: PORT={port + 1})"
        case errno.EACCES:
            return f"port {port} may not be used by this account: choose one above 1023 with --port"
        case errno.EADDRNOTAVAIL:
            return f"--host {host}: no address of this machine; 127.0.0.1 serves this machine alone, 0.0.0.0 all others"
        case _:
            return f"cannot listen on {host}, port {port}: {error.strerror}"


def address_of(taken: socket.socket) -> str:
    """The URL of the server, as somebody on this machine reaches it."""
    host, port = taken.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_api(opened: Runtime, taken: socket.socket, started: Callable[[], None]) -> None:
    """Serves on the socket until SIGINT or SIGTERM; `started` is called once requests are answered."""
    # Imported here: they take most of a second, which the other commands should not cost.
    import uvicorn

    from api.app import create_app

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    services = api_services(opened)
    config = server_config(RequestLog(create_app(services)), services)
    _spare_the_collector()
    # Beside the thread that validates long documents, the event loop waits for each turn a tenth of the usual time.
    sys.setswitchinterval(0.0005)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(Server(config).serve([taken]))


def server_config(application: Any, services: Services, port: int = 0) -> uvicorn.Config:
    """How the server is run, whatever the environment says: only PARENTALITE_TRUSTED_PROXIES tells who is believed."""
    import uvicorn

    from api.core.requests import LARGEST_BODY
    from cli.server.bounded_http import Door, bounded
    from cli.server.bounded_websocket import BoundedWebSocket

    most = most_connections()
    door = Door(most, most // 4, lambda peer: stands_for_many(peer, services.web), services.client_faults)
    return uvicorn.Config(
        application,
        port=port,
        http=bounded(door),
        ws=BoundedWebSocket,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=LARGEST_BODY,
    )


def most_connections() -> int:
    """How many clients may be connected: each takes a file descriptor, and some are needed for the rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_CONNECTIONS
    if soft < wanted and (hard == resource.RLIM_INFINITY or hard > soft):
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(MOST_CONNECTIONS, soft // 2)


def stands_for_many(peer: str, web: WebSettings) -> bool:
    """Whether a connection from there may be any client's: a trusted proxy, or something on this machine."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return address.is_loopback or any(address in network for network in web.trusted_proxies)


def _spare_the_collector() -> None:
    """Modules and schema live as long as the process: no collection looks at them again. An answer makes thousands of
    objects and few cycles: to look for these after every 700 takes a tenth of its time. Every 250,000 all are looked
    at: what subscriptions leave behind would fill gigabytes otherwise.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 5, 5)
