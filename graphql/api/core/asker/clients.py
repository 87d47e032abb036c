"""The address of the client: as the configured proxies report it, and nobody else."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from application.hosting.setting_groups import WebSettings

log = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address
#: A provider's subscriber has a /64: all of its IPv6 addresses count as one client.
_IPV6_NETWORK = 64
#: Headers of requests that were forwarded, by anybody on behalf of anybody.
_OF_PROXIES = frozenset(
    (
        b"cdn-loop",
        b"cf-connecting-ip",
        b"client-ip",
        b"fastly-client-ip",
        b"forwarded",
        b"forwarded-for",
        b"true-client-ip",
        b"via",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-envoy-external-address",
        b"x-original-forwarded-for",
        b"x-originating-ip",
        b"x-real-ip",
        b"x-remote-addr",
        b"x-remote-ip",
    )
)
_logged_stranger = False


@dataclass(frozen=True, slots=True)
class Client:
    """`address` identifies the client for limits. `direct`: it runs on this machine, and forwards for nobody."""

    address: str
    direct: bool = False


def client_of(scope: Scope, web: WebSettings) -> Client:
    """Return the last address on the way that is no trusted proxy's (RFC 7239, section 7.4)."""
    peer = (scope.get("client") or ("", 0))[0]
    address = _read(peer)
    if address is None:
        return Client(peer)
    if not any(name in _OF_PROXIES or name.startswith(b"x-forwarded") for name, _ in scope["headers"]):
        return Client(_client_name(address), direct=address.is_loopback)
    if not _is_trusted(address, web):
        _log_stranger()
    # A proxy may add a line of its own rather than go on with the one that it was sent.
    for hop in reversed(",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")):
        if not _is_trusted(address, web):
            break
        before = _read(hop)
        if before is None:
            # No trusted proxy writes unreadable addresses: the last trusted one stands for the client.
            break
        address = before
    return Client(_client_name(address))


def _read(text: str) -> Address | None:
    """Parse an address as proxies write it: IPv6 with or without brackets, both with or without a port."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _client_name(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, _IPV6_NETWORK), strict=False))


def _is_trusted(address: Address, web: WebSettings) -> bool:
    return any(address in network for network in web.trusted_proxies)


def _log_stranger() -> None:
    """Log once: the operator may have forgotten a proxy, but anybody can send such headers."""
    global _logged_stranger
    if not _logged_stranger:
        _logged_stranger = True
        log.info("a request came by a proxy that PARENTALITE_TRUSTED_PROXIES does not name: it counts as one client")
