"""The address that events are sent to: https, and of no private network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from pydantic_core import Url

from domain.kernel.validation import line
from domain.kernel.web_links import LONGEST_LINK, secure_link

#: Translates to IPv4 behind a gateway (RFC 6052).
_NAT64 = 0x0064_FF9B << 96
_EXAMPLE = "https://agenda.exemple.fr/evenements"
_PRIVATE = "adresse d'un réseau privé ; attendue : celle d'un serveur que l'on joint par internet"
#: Names of the machine itself.
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def is_public(address: str) -> bool:
    """Return whether a numeric address is of the internet, whatever form of another address it hides."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (inner := _inside(ip)) is not None:
        ip = inner
    return ip.is_global and not ip.is_multicast


def is_loopback(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_loopback


def _inside(ip: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, if any."""
    if int(ip) >> 32 << 32 == _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    teredo = ip.teredo
    return ip.ipv4_mapped or ip.sixtofour or (teredo[1] if teredo else None)


def is_local(url: str) -> bool:
    """Return whether the address names this machine: allowed in the embedded setup alone."""
    return (Url(url).host or "") in _LOOPBACK


def endpoint(value: str) -> str:
    """Return the address as it is kept. Raise ValueError (French) unless it is one of https, or of this machine."""
    try:
        url = Url(value)
    except ValueError:
        return secure_link(value, _EXAMPLE)
    if url.scheme == "http" and url.host in _LOOPBACK and not url.username and len(str(url)) <= LONGEST_LINK:
        return str(url)
    written = secure_link(value, _EXAMPLE)
    host = Url(written).host or ""
    try:
        numeric = is_public(host)
    except ValueError:
        return written
    if not numeric and host not in _LOOPBACK:
        raise ValueError(_PRIVATE)
    return written


Endpoint = line(LONGEST_LINK, check=endpoint)
