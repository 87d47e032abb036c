"""What is made with the database's own secret: pseudonyms that only we can make again, and signed links."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.commanding.signed_links import Codes, SignedLinks, derived
from domain.kernel.identifiers import account_id, person_id
from domain.kernel.people import comparison_form, phone_comparison_form
from eventstore.identities import Identity, erased_in, generations, identity, now_in, renew, roots
from eventstore.vault import Vault


def address_of(email: str) -> str:
    """What the digest of an e-mail address, and the pseudonym of who is known by it alone, are made of."""
    return f"address:{comparison_form(email)}"


def telephone_of(phone: str) -> str:
    return f"telephone:{phone_comparison_form(phone)}"


def subject_of(subject: str) -> str:
    """Of what a token calls a person."""
    return f"subject:{subject}"


@dataclass(frozen=True)
class Keyed:
    """The secret is read from the database when first needed, and stays: rotating the master key does not change it."""

    vault: Vault = field(repr=False)
    pool: ConnectionPool[Connection[Any]]

    def open(self) -> None:
        """Reads the secret, if that was not done yet: whoever asks then waits for nothing."""
        assert self._keys

    def digest(self, said: str) -> bytes:
        """32 bytes, the same for the same words; who has a copy of the database but not the secret tests no guess."""
        return self._hmac(said.encode())

    def pseudonym(self, said: str) -> UUID:
        """What history calls who is known by these words, before they are ever erased."""
        return _uuid(self.digest(said))

    def renewed(self, root: UUID, generation: int) -> UUID:
        """What history calls who had that pseudonym at first, after so many erasures."""
        return root if generation == 0 else _uuid(self._hmac(b"renewed" + root.bytes + generation.to_bytes(4, "big")))

    def again(self, person: UUID) -> UUID:
        """What a person is called where they were erased under the pseudonym before, in that one stream."""
        return _uuid(self._hmac(b"again" + person.bytes))

    def account(self, person: UUID) -> UUID:
        """The stream of the account of who has that pseudonym, if it is none of the first scheme."""
        return _uuid(self._hmac(b"account" + person.bytes))

    def called(self, subject: str) -> dict[str, UUID]:
        """Who a token calls so: the parameters of `identities.WHO`."""
        person = self.pseudonym(subject_of(subject))
        former = {"former_person": person_id(subject), "former_account": account_id(subject)}
        return {"person": person, "account": self.account(person), **former}

    def identity(self, subject: str) -> Identity:
        """Who that is in history now."""
        with self.pool.connection() as conn:
            return identity(conn, self.called(subject))

    def mailbox(self, email: str) -> UUID:
        """The pseudonym of who is known by an e-mail address alone."""
        root = self.pseudonym(address_of(email))
        with self.pool.connection() as conn:
            return self.renewed(root, generations(conn, [root]).get(root, 0))

    def mailboxes_in(self, emails: Sequence[str], stream: UUID) -> dict[str, UUID]:
        """As `mailbox_in`, of each. Two queries, and one for each who was erased there."""
        first = {email: self.pseudonym(address_of(email)) for email in emails}
        with self.pool.connection() as conn:
            counts = generations(conn, list(first.values()))
            now = {email: self.renewed(root, counts.get(root, 0)) for email, root in first.items()}
            gone = erased_in(conn, list(now.values()), stream)
        return {email: self.writable(person, stream) if person in gone else person for email, person in now.items()}

    def writable(self, person: UUID, stream: UUID) -> UUID:
        """The person's pseudonym in a stream: another, where what the stream said of them was erased."""
        with self.pool.connection() as conn:
            person, erased = now_in(conn, person, stream)
            while erased:
                person, erased = now_in(conn, self.again(person), stream)
        return person

    def mailbox_in(self, email: str, stream: UUID) -> UUID:
        """As `mailbox`, in a stream. One query."""
        return self.writable(self.pseudonym(address_of(email)), stream)

    def renew(self, conn: Connection[Any], people: Sequence[UUID]) -> None:
        """Lets those who have these pseudonyms come back as somebody new only."""
        for root, generation in set(roots(conn, people).values()):
            person = self.renewed(root, generation + 1)
            renew(conn, root, generation + 1, person, self.account(person))

    @property
    def digest_key(self) -> bytes:
        """What digests of commands are made with: short personal texts cannot be guessed back from them."""
        return self._keys["idempotency"]

    @cached_property
    def links(self) -> SignedLinks:
        return SignedLinks(self._keys["links"])

    def _hmac(self, said: bytes) -> bytes:
        return hmac.new(self._keys["pseudonyms"], said, sha256).digest()

    @cached_property
    def codes(self) -> Codes:
        return Codes(self.links)

    @cached_property
    def _keys(self) -> dict[str, bytes]:
        with self.pool.connection() as conn:
            secret = self.vault.own_secret(conn)
        return {purpose: derived(secret, purpose) for purpose in ("pseudonyms", "links", "idempotency")}


def _uuid(made: bytes) -> UUID:
    return UUID(bytes=made[:16], version=5)
