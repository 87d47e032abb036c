"""Pseudonyms that only this system can compute, and signed links, both made with the database's own secret."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.commanding.signed_links import Codes, SignedLinks, derived
from domain.kernel.actors import normal_form
from domain.kernel.identifiers import account_id, person_id
from domain.kernel.people import comparison_form, phone_comparison_form
from eventstore.identities import Identity, erased_in, generations, identity, now_in, renew, roots
from eventstore.vault import Vault

_PURPOSES = ("pseudonyms", "links", "idempotency", "persons", "webhooks")


def address_of(email: str) -> str:
    """Return the text that an e-mail address's digest and its owner's pseudonym are computed from."""
    return f"address:{comparison_form(email)}"


def telephone_of(phone: str) -> str:
    return f"telephone:{phone_comparison_form(phone)}"


def subject_of(subject: str) -> str:
    """Return the text that the pseudonym of a token's subject is computed from."""
    return f"subject:{subject}"


@dataclass(frozen=True)
class Keyed:
    """Keys derived from the database's secret, read at the first use. Rotating the master key does not change it."""

    vault: Vault = field(repr=False)
    pool: ConnectionPool[Connection[Any]]

    def open(self) -> None:
        """Read the secret now, unless it was read, so that later calls need not wait."""
        assert self._keys

    def digest(self, text: str) -> bytes:
        """Return 32 bytes, the same for the same text. Without the secret nobody can test a guess."""
        return self._hmac(text.encode())

    def pseudonym(self, text: str) -> UUID:
        """Return the root pseudonym for this text, valid until the person is first erased."""
        return _uuid(self.digest(text))

    def renewed(self, root: UUID, generation: int) -> UUID:
        """Return the pseudonym that replaces the root after `generation` erasures."""
        return root if generation == 0 else _uuid(self._hmac(b"renewed" + root.bytes + generation.to_bytes(4, "big")))

    def again(self, person: UUID) -> UUID:
        """Return the pseudonym that replaces this one in a stream where it was erased."""
        return _uuid(self._hmac(b"again" + person.bytes))

    def account(self, person: UUID) -> UUID:
        """Return the stream of the account of the person with that pseudonym, unless it is of the first scheme."""
        return _uuid(self._hmac(b"account" + person.bytes))

    def called(self, subject: str) -> dict[str, UUID]:
        """Return the parameters of `identities.WHO` for a token's subject."""
        person = self.pseudonym(subject_of(subject))
        former = {"former_person": person_id(subject), "former_account": account_id(subject)}
        return {"person": person, "account": self.account(person), **former}

    def identity(self, subject: str) -> Identity:
        """Return the subject's current pseudonyms."""
        with self.pool.connection() as conn:
            return identity(conn, self.called(subject))

    def person(self, issuer: str, subject: str) -> str:
        """Return who acts in office: one text for all spellings of the issuer's subject, kept when they are erased.

        16 bytes in base64url. Without the secret nobody can find who it is, nor test a guess.
        """
        content = f"{normal_form(issuer)}\n{normal_form(subject)}".encode(errors="surrogatepass")
        digest = hmac.new(self._keys["persons"], content, sha256).digest()
        return urlsafe_b64encode(digest[:16]).decode().rstrip("=")

    def mailbox(self, email: str) -> UUID:
        """Return the pseudonym of a person known by an e-mail address alone."""
        root = self.pseudonym(address_of(email))
        with self.pool.connection() as conn:
            return self.renewed(root, generations(conn, [root]).get(root, 0))

    def mailboxes_in(self, emails: Sequence[str], stream: UUID) -> dict[str, UUID]:
        """Return `mailbox_in` for each address. Two queries, and one for each person who was erased there."""
        first = {email: self.pseudonym(address_of(email)) for email in emails}
        with self.pool.connection() as conn:
            counts = generations(conn, list(first.values()))
            now = {email: self.renewed(root, counts.get(root, 0)) for email, root in first.items()}
            gone = erased_in(conn, list(now.values()), stream)
        return {email: self.writable(person, stream) if person in gone else person for email, person in now.items()}

    def writable(self, person: UUID, stream: UUID) -> UUID:
        """Return the person's pseudonym in a stream: another one if their data there were erased."""
        with self.pool.connection() as conn:
            person, erased = now_in(conn, person, stream)
            while erased:
                person, erased = now_in(conn, self.again(person), stream)
        return person

    def mailbox_in(self, email: str, stream: UUID) -> UUID:
        """Return the mailbox's pseudonym in a stream. One query."""
        return self.writable(self.pseudonym(address_of(email)), stream)

    def renew(self, conn: Connection[Any], people: Sequence[UUID]) -> None:
        """Give the people with these pseudonyms new ones from now on."""
        for root, generation in set(roots(conn, people).values()):
            person = self.renewed(root, generation + 1)
            renew(conn, root, generation + 1, person, self.account(person))

    def webhook(self, content: bytes) -> bytes:
        """Return 32 bytes that sign what is sent to one subscription, and nothing else."""
        return hmac.new(self._keys["webhooks"], content, sha256).digest()

    @property
    def digest_key(self) -> bytes:
        """The key for digests of commands: without it, short personal texts cannot be guessed from them."""
        return self._keys["idempotency"]

    @cached_property
    def links(self) -> SignedLinks:
        return SignedLinks(self._keys["links"])

    def _hmac(self, content: bytes) -> bytes:
        return hmac.new(self._keys["pseudonyms"], content, sha256).digest()

    @cached_property
    def codes(self) -> Codes:
        return Codes(self.links)

    @cached_property
    def _keys(self) -> dict[str, bytes]:
        with self.pool.connection() as conn:
            secret = self.vault.own_secret(conn)
        return {purpose: derived(secret, purpose) for purpose in _PURPOSES}


def _uuid(digest: bytes) -> UUID:
    return UUID(bytes=digest[:16], version=5)
