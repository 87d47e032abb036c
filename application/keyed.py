"""What is made with the database's own secret: pseudonyms that only we can make again, and signed links."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.eventstore.vault import Vault
from application.signed_links import Codes, SignedLinks, derived


@dataclass(frozen=True)
class Keyed:
    """The secret is read from the database when first needed, and stays: rotating the master key does not change it."""

    vault: Vault = field(repr=False)
    pool: ConnectionPool[Connection[Any]]

    def pseudonym(self, said: str) -> UUID:
        """The same for the same words; who has a copy of the log but not the secret can test no guess against it."""
        return UUID(bytes=hmac.new(self._keys["pseudonyms"], said.encode(), sha256).digest()[:16], version=5)

    @property
    def digest_key(self) -> bytes:
        """What digests of commands are made with: short personal texts cannot be guessed back from them."""
        return self._keys["idempotency"]

    @cached_property
    def links(self) -> SignedLinks:
        return SignedLinks(self._keys["links"])

    @cached_property
    def codes(self) -> Codes:
        return Codes(self.links)

    @cached_property
    def _keys(self) -> dict[str, bytes]:
        with self.pool.connection() as conn:
            secret = self.vault.own_secret(conn)
        return {purpose: derived(secret, purpose) for purpose in ("pseudonyms", "links", "idempotency")}
