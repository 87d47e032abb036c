"""Resolve what was typed (an address, a telephone, an account's name, a pseudonym, a thing's id) to a person.

`Matches.people` were identified by something that is theirs alone: their token's subject, their pseudonym, the id of
something of theirs, or a mailbox about which nothing else is recorded. Everything on them matches. An address or a
telephone matches only the streams that hold it: people who registered with somebody else's address are not that person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.commanding.pseudonyms_and_links import Keyed, address_of, subject_of, telephone_of
from application.people import index
from application.structures import account_with_siret
from domain.candidatures.events import CandidatureSubmitted
from domain.kernel.identifiers import (
    account_id,
    check_siret,
    person_id,
    publication_author_id,
    structure_contact_id,
)
from domain.registrations.events import RegistrationMade
from eventstore.identities import generations
from eventstore.log import read_stream
from eventstore.vault import Vault

Conn = Connection[Any]
#: A person and a stream that mentions them.
Pair = tuple[UUID, UUID]

_STREAMS = """
SELECT person_id, originator_id FROM person_keys
WHERE person_id = ANY(%s) OR originator_id = ANY(%s) ORDER BY created_at"""
#: Streams that are about a single person.
_OWNERS = """
SELECT DISTINCT person_id FROM person_keys WHERE originator_id = %s AND EXISTS (
    SELECT FROM stored_events e WHERE e.originator_id = person_keys.originator_id AND e.originator_version = 1
    AND (topic = 'candidature.submitted' OR topic LIKE 'account.%%' OR topic LIKE 'invitation.%%'))"""
_MAX_CHAIN = 1_000


@dataclass(frozen=True, slots=True)
class Matches:
    """Streams that mention the person; for each, the ids of the person's things in it, or None for all of them."""

    pairs: dict[Pair, set[UUID] | None] = field(default_factory=dict)
    #: People matched as a whole, who get a new pseudonym once erased.
    people: set[UUID] = field(default_factory=set)

    def merge(self, other: Matches) -> Matches:
        return Matches({**self.pairs, **other.pairs}, self.people | other.people)


def find(conn: Conn, vault: Vault, keyed: Keyed, query: str) -> Matches:
    """Return everything that matches `query`. `conn` must be in autocommit mode."""
    index.catch_up(conn, vault, keyed)
    query = query.strip()
    try:
        identifier = UUID(query)
    except ValueError:
        return _find_by_name(conn, keyed, query)
    return match_all(conn, keyed, _find_by_id(conn, identifier))


def find_own(conn: Conn, keyed: Keyed, own: UUID, subject: str | None) -> Matches:
    """Return everything of a signed-in person: what they did while signed in, whatever address they typed."""
    if subject is None:
        return match_all(conn, keyed, [own])
    return match_all(conn, keyed, [own, *_pseudonyms(conn, keyed, subject)], [account_id(subject)])


def find_linked(conn: Conn, stream: UUID, thing: UUID) -> Matches:
    """Return one registration of a book, or the candidature that a stream is: what a link leads to."""
    for record in read_stream(conn, stream):
        match record.event:
            case RegistrationMade(registration_id=own, person_id=person) if own == thing:
                return Matches({(person, stream): {thing}})
            case CandidatureSubmitted(person_id=person):
                return Matches({(person, stream): {thing}})
    return Matches()


def match_all(conn: Conn, keyed: Keyed, people: Iterable[UUID], accounts: Iterable[UUID] = ()) -> Matches:
    """Match everything about these people and their accounts. People whom no stream mentions are left out."""
    names = [name for person in people for name in _with_successors(conn, keyed, person)]
    streams = [keyed.account(name) for name in names]
    with conn.cursor() as cursor:
        rows = cursor.execute(_STREAMS, (names, [*streams, *accounts])).fetchall()
    # An account that only set its mail preferences is filed under the mailbox, not under the person.
    holders = dict(zip(streams, names, strict=True))
    owners = {holders[stream] for _, stream in rows if stream in holders}
    return Matches(dict.fromkeys(rows), {person for person, _ in rows} | owners)


def _find_by_name(conn: Conn, keyed: Keyed, query: str) -> Matches:
    mailbox = keyed.pseudonym(address_of(query))
    names = [*_pseudonyms(conn, keyed, query), *_generations(conn, keyed, [mailbox]), *_structure_ids(conn, query)]
    digests = [keyed.digest(subject_of(query)), keyed.digest(address_of(query))]
    if any(char.isdigit() for char in query) and not any(char.isalpha() for char in query):
        digests.append(keyed.digest(telephone_of(query)))
    accounts = index.find_entries(conn, digests[:1])
    matches = match_all(conn, keyed, [*names, *(entry.person_id for entry in accounts)], [account_id(query)])
    for entry in index.find_entries(conn, digests):
        things = matches.pairs.setdefault((entry.person_id, entry.originator_id), set())
        if things is not None:
            things.add(entry.thing_id)
    return matches


def _structure_ids(conn: Conn, siret: str) -> list[UUID]:
    """Return the ids a structure's SIRET stands for: a sole trader's name is personal data."""
    try:
        number = check_siret(siret)
    except ValueError:
        return []
    structure = account_with_siret(conn, number)
    return [structure, structure_contact_id(structure)]


def _find_by_id(conn: Conn, identifier: UUID) -> list[UUID]:
    """Return the people to whom a pseudonym, stream, registration or contact belongs."""
    if not identifier.int:
        # The nil UUID holds the database's own secret.
        return []
    with conn.cursor() as cursor:
        rows = cursor.execute(_OWNERS, (identifier,)).fetchall()
    sealed = (identifier, structure_contact_id(identifier), publication_author_id(identifier))
    return [*sealed, *(row[0] for row in rows), *index.owners(conn, identifier)]


def _pseudonyms(conn: Conn, keyed: Keyed, subject: str) -> list[UUID]:
    """Return every pseudonym that the holder of this subject ever had."""
    former = person_id(subject)
    # Mediators once had a pseudonym of their own, derived from the one in the log.
    roots = [keyed.pseudonym(subject_of(subject)), former, person_id(f"parent:{former}")]
    return _generations(conn, keyed, roots)


def _generations(conn: Conn, keyed: Keyed, first: Sequence[UUID]) -> list[UUID]:
    counts = generations(conn, first)
    return [keyed.renewed(root, count) for root in first for count in range(counts.get(root, 0) + 1)]


def _with_successors(conn: Conn, keyed: Keyed, person: UUID) -> list[UUID]:
    """Return the person's pseudonym, and those that replaced it in single streams after an erasure."""
    names = [person]
    with conn.cursor() as cursor:
        while len(names) < _MAX_CHAIN:
            successor = keyed.again(names[-1])
            if cursor.execute("SELECT FROM person_keys WHERE person_id = %s LIMIT 1", (successor,)).fetchone() is None:
                break
            names.append(successor)
    return names
