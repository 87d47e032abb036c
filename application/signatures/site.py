"""The site that passkeys are made for, and that people sign on."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Site:
    """WebAuthn's relying party: `rp_id` is its host, `origin` what browsers say that they signed on."""

    rp_id: str
    origin: str

    @classmethod
    def at(cls, address: str) -> Site | None:
        """Return the site at an address, or None where browsers make no passkeys: WebAuthn wants a name and TLS."""
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
        if not host or _is_ip_address(host) or (parts.scheme != "https" and not is_local(host)):
            return None
        default = {"https": 443, "http": 80}.get(parts.scheme)
        port = "" if parts.port in (None, default) else f":{parts.port}"
        return cls(host, f"{parts.scheme}://{host}{port}")


def fits(origin: str, rp_id: str) -> bool:
    """Return whether a browser on this origin may use passkeys of `rp_id`: it is that host, or one below it."""
    try:
        parts = urlsplit(origin)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_secure = parts.scheme == "https" or (parts.scheme == "http" and is_local(host))
    return is_secure and (host == rp_id or host.endswith(f".{rp_id}"))


def is_local(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
