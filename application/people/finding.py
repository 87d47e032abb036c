"""Who is meant by what was typed: an address, a telephone, the name of an account, a pseudonym, the id of a thing.

A person is found as a whole (`Found.people`: all that any stream says of them) by what is theirs alone: the subject of
their token, their pseudonym, the id of something of theirs, or a mailbox where nothing else is known of them. Under an
address or a telephone they are found in those streams only that hold it: who typed somebody else's address into their
own registration is not that other person, and keeps the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.commanding.pseudonyms_and_links import Keyed, address_of, subject_of, telephone_of
from application.people import index
from domain.kernel.identifiers import account_id, check_siret, person_id, structure_contact_id, structure_id
from eventstore.identities import generations
from eventstore.vault import Vault

Conn = Connection[Any]
#: A person and a stream that speaks of them.
Pair = tuple[UUID, UUID]

_STREAMS = """
SELECT person_id, originator_id FROM person_keys
WHERE person_id = ANY(%s) OR originator_id = ANY(%s) ORDER BY created_at"""
#: Of a stream that speaks of one person alone.
_WHOSE_STREAM = """
SELECT DISTINCT person_id FROM person_keys WHERE originator_id = %s AND EXISTS (
    SELECT FROM stored_events e WHERE e.originator_id = person_keys.originator_id AND e.originator_version = 1
    AND (topic = 'candidature.submitted' OR topic LIKE 'account.%%' OR topic LIKE 'invitation.%%'))"""
_LONGEST_CHAIN = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """Each pair with what the stream calls the person's things: None for all of them."""

    pairs: dict[Pair, set[UUID] | None] = field(default_factory=dict)
    #: Who is found as a whole, and has to come back as somebody new.
    people: set[UUID] = field(default_factory=set)

    def with_all_of(self, more: Found) -> Found:
        return Found({**self.pairs, **more.pairs}, self.people | more.people)


def find(conn: Conn, vault: Vault, keyed: Keyed, said: str) -> Found:
    """All that is meant by what was typed. `conn` must be in autocommit mode."""
    index.catch_up(conn, vault, keyed)
    said = said.strip()
    try:
        given = UUID(said)
    except ValueError:
        return _named(conn, keyed, said)
    return whole(conn, keyed, _identified(conn, given))


def find_own(conn: Conn, keyed: Keyed, own: UUID, subject: str | None) -> Found:
    """All that is somebody's own who is signed in: what they did signed in, whatever address they typed."""
    if subject is None:
        return whole(conn, keyed, [own])
    return whole(conn, keyed, [own, *_called(conn, keyed, subject)], [account_id(subject)])


def whole(conn: Conn, keyed: Keyed, people: Iterable[UUID], accounts: Iterable[UUID] = ()) -> Found:
    """All that any stream says of these people, and their accounts; of them are told those alone of whom one does."""
    names = [name for person in people for name in _again(conn, keyed, person)]
    streams = [keyed.account(name) for name in names]
    with conn.cursor() as cursor:
        rows = cursor.execute(_STREAMS, (names, [*streams, *accounts])).fetchall()
    # Of who said where to be written to and nothing else, the account speaks under the mailbox alone.
    holders = dict(zip(streams, names, strict=True))
    owners = {holders[stream] for _, stream in rows if stream in holders}
    return Found(dict.fromkeys(rows), {person for person, _ in rows} | owners)


def _named(conn: Conn, keyed: Keyed, said: str) -> Found:
    mailbox = keyed.pseudonym(address_of(said))
    names = [*_called(conn, keyed, said), *_generations(conn, keyed, [mailbox]), *_structure(said)]
    digests = [keyed.digest(subject_of(said)), keyed.digest(address_of(said))]
    if any(char.isdigit() for char in said) and not any(char.isalpha() for char in said):
        digests.append(keyed.digest(telephone_of(said)))
    accounts = index.holding(conn, digests[:1])
    found = whole(conn, keyed, [*names, *(entry.person_id for entry in accounts)], [account_id(said)])
    for entry in index.holding(conn, digests):
        things = found.pairs.setdefault((entry.person_id, entry.originator_id), set())
        if things is not None:
            things.add(entry.thing_id)
    return found


def _structure(siret: str) -> list[UUID]:
    """Whose name is that of a sole trader."""
    try:
        structure = structure_id(check_siret(siret))
        return [structure, structure_contact_id(structure)]
    except ValueError:
        return []


def _identified(conn: Conn, given: UUID) -> list[UUID]:
    """Whose pseudonym, stream, registration or contact that is."""
    if not given.int:
        # Nobody's: the database's own secret stands under it.
        return []
    with conn.cursor() as cursor:
        rows = cursor.execute(_WHOSE_STREAM, (given,)).fetchall()
    return [given, structure_contact_id(given), *(row[0] for row in rows), *index.whose(conn, given)]


def _called(conn: Conn, keyed: Keyed, subject: str) -> list[UUID]:
    """Every pseudonym that who is called so ever had."""
    former = person_id(subject)
    # Médiateurs by a mandate had one of their own once, made of the pseudonym that history called them by.
    roots_of_subject = [keyed.pseudonym(subject_of(subject)), former, person_id(f"parent:{former}")]
    return _generations(conn, keyed, roots_of_subject)


def _generations(conn: Conn, keyed: Keyed, first: Sequence[UUID]) -> list[UUID]:
    counts = generations(conn, first)
    return [keyed.renewed(root, count) for root in first for count in range(counts.get(root, 0) + 1)]


def _again(conn: Conn, keyed: Keyed, person: UUID) -> list[UUID]:
    """The person's pseudonym, and those that they have where they were erased under it in one stream."""
    names = [person]
    with conn.cursor() as cursor:
        while len(names) < _LONGEST_CHAIN:
            following = keyed.again(names[-1])
            if cursor.execute("SELECT FROM person_keys WHERE person_id = %s LIMIT 1", (following,)).fetchone() is None:
                break
            names.append(following)
    return names
