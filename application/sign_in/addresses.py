"""Addresses that are safe for tokens and personal data."""

from __future__ import annotations

from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def is_confidential(address: str) -> bool:
    """Return whether it is https, or http on loopback (OpenID Connect Discovery 1.0, section 3)."""
    try:
        parts = urlsplit(address)
        plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    except ValueError:
        return False
    return bool((parts.scheme == "https" or plain) and parts.netloc)
