"""Send one message to an address that somebody else chose: to the internet alone, without redirects, and bounded.

The host is looked up here, and the connection made to the address that was looked at: a name that leads somewhere else
a moment later leads nowhere.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import anyio
import httpx

from domain.webhooks.address import is_loopback, is_public

#: From the look-up to the answer's status.
TIMEOUT_SECONDS = 10.0
#: More of an answer is not read; it is kept nowhere.
_MOST_READ = 4_096
GONE = 410
#: Answers that may say when to come back (Retry-After), and the most seconds of it that are waited for.
BUSY, MOST_WAIT = frozenset({429, 503}), 7_200


class NotDelivered(Exception):
    """Raised when a message is not accepted. `reason` is ours: nothing of the answer is kept."""

    def __init__(self, reason: str, status: int | None = None, retry_after: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self._retry_after = reason, status, retry_after

    def wait(self, now: datetime) -> float:
        """Return the seconds that the receiver asks to be left alone for, in one form of RFC 9110, 10.2.3, or other."""
        header = (self._retry_after or "").strip()
        if header.isascii() and header.isdigit():
            return float(min(int(header[:9]), MOST_WAIT))
        try:
            day = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            # Whatever the receiver wrote: its numbers may be of any length.
            return 0.0
        until = day if day.tzinfo else day.replace(tzinfo=UTC)
        return min(max(0.0, (until - now).total_seconds()), MOST_WAIT)


@cache
def _tls_context() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Sender:
    """`local`: this machine may be sent to as well, and by http: in the embedded setup."""

    local: bool = False
    timeout: float = TIMEOUT_SECONDS
    _tls: ssl.SSLContext = field(default_factory=_tls_context, repr=False)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connected]:
        """Yield what sends to one subscription: connections are never shared with another host's."""
        async with httpx.AsyncClient(verify=self._tls, trust_env=False, follow_redirects=False, timeout=None) as client:
            yield Connected(self, client)


@dataclass(frozen=True, slots=True)
class Connected:
    sender: Sender
    client: httpx.AsyncClient

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Return the status once the message is accepted (2xx). Raises NotDelivered."""
        try:
            with anyio.fail_after(self.sender.timeout):
                return await self._send(httpx.URL(url), body, headers)
        except TimeoutError:
            raise NotDelivered("no answer in time") from None
        except httpx.HTTPError as error:
            raise NotDelivered(type(error).__name__) from None

    async def _send(self, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> int:
        address = await self._look_up(url)
        at = url.copy_with(host=address)
        host = {"host": url.netloc.decode()}
        extensions = {"sni_hostname": url.host} if url.scheme == "https" else {}
        async with self.client.stream(
            "POST", at, content=body, headers={**headers, **host}, extensions=extensions
        ) as answer:
            size = 0
            async for part in answer.aiter_raw():
                size += len(part)
                if size > _MOST_READ:
                    break
        if answer.is_redirect:
            raise NotDelivered("redirects are not followed", answer.status_code)
        if not answer.is_success:
            later = answer.headers.get("retry-after") if answer.status_code in BUSY else None
            raise NotDelivered(f"refused: {answer.status_code}", answer.status_code, later)
        return answer.status_code

    async def _look_up(self, url: httpx.URL) -> str:
        """Return an address of the host that may be sent to."""
        try:
            port = url.port or (443 if url.scheme == "https" else 80)
            resolved = await anyio.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise NotDelivered("the host is not known") from None
        addresses = [str(place[4][0]) for place in resolved]
        allowed = [address for address in addresses if self._may(url, address)]
        if not allowed:
            raise NotDelivered("the host is of a private network")
        return allowed[0]

    def _may(self, url: httpx.URL, address: str) -> bool:
        if is_loopback(address):
            return self.sender.local
        return url.scheme == "https" and is_public(address)
