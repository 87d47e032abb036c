"""A log over HTTP, as C2SP tlog-tiles serves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from application.proof.witnessing.following import CannotFollow
from cli.console import Refused

_PATIENCE_SECONDS = 20.0
#: A tile has 8 KiB; a checkpoint or a list of keys less.
_MOST_BYTES = 256 * 1024


class HttpSite:
    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url, self._client = url.rstrip("/"), client

    def get(self, path: str) -> bytes:
        """Raises CannotFollow."""
        url = f"{self._url}/{path}"
        try:
            with self._client.stream("GET", url) as response:
                data = b""
                for chunk in response.iter_bytes():
                    data += chunk
                    if len(data) > _MOST_BYTES:
                        raise CannotFollow(f"{url}: more than {_MOST_BYTES:,} bytes")
        except httpx.HTTPError as error:
            raise CannotFollow(f"{url}: {str(error) or type(error).__name__}") from None
        if response.status_code != 200:
            raise CannotFollow(f"{url}: answered {response.status_code}")
        return data


@contextmanager
def open_site(url: str) -> Iterator[HttpSite]:
    """Raises Refused unless the text is an http(s) address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise Refused(f"{url}: the http(s) address of a site is needed, such as https://parentalite.example.org")
    with httpx.Client(timeout=_PATIENCE_SECONDS, follow_redirects=False) as client:
        yield HttpSite(url, client)
