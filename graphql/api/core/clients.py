"""Who asks: the one place that tells a client's address, by what the configured proxies say and nobody else."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from application.hosting.settings import WebSettings

log = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address
#: What one subscriber of a provider has of IPv6: all of its addresses are one client's.
_IPV6_NETWORK = 64
#: A request with any of these was handed on by somebody, who may speak for anybody.
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
_told_of_strangers = False


@dataclass(frozen=True, slots=True)
class Client:
    """`address` names the client for limits. `direct`: it is on this machine, and speaks for nobody else."""

    address: str
    direct: bool = False


def client_of(scope: Scope, web: WebSettings) -> Client:
    """The last address on the way that is none of the trusted proxies' (RFC 7239, section 7.4)."""
    peer = (scope.get("client") or ("", 0))[0]
    address = _read(peer)
    if address is None:
        return Client(peer)
    if not any(name in _OF_PROXIES or name.startswith(b"x-forwarded") for name, _ in scope["headers"]):
        return Client(_named(address), direct=address.is_loopback)
    if not _is_trusted(address, web):
        _tell_of_a_stranger()
    # A proxy may add a line of its own rather than go on with the one that it was sent.
    for hop in reversed(",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")):
        if not _is_trusted(address, web):
            break
        before = _read(hop)
        if before is None:
            # What cannot be read was not said by a proxy of ours: the last one that was stands for whom it let in.
            break
        address = before
    return Client(_named(address))


def _read(told: str) -> Address | None:
    """An address as proxies write it: of IPv6 with or without brackets, either with or without a port."""
    told = told.strip().strip('"')
    if told.startswith("["):
        told = told[1:].partition("]")[0]
    elif told.count(":") == 1:
        told = told.partition(":")[0]
    try:
        address = ip_address(told.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _named(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, _IPV6_NETWORK), strict=False))


def _is_trusted(address: Address, web: WebSettings) -> bool:
    return any(address in network for network in web.trusted_proxies)


def _tell_of_a_stranger() -> None:
    """Once: whoever runs the service may have forgotten their proxy; anybody else can send such headers too."""
    global _told_of_strangers
    if not _told_of_strangers:
        _told_of_strangers = True
        log.info("a request came by a proxy that PARENTALITE_TRUSTED_PROXIES does not name: it counts as one client")
