"""Names of an erased person, by which texts that others wrote about them are found."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import Connection

from application.people.finding import Pair
from eventstore.log import read_stream
from eventstore.vault import Vault

#: The fields of events that name somebody whole, or by the family name.
_NAMES = ("last_name", "author", "name", "email")


def names_of(conn: Connection[Any], vault: Vault, pairs: Collection[Pair]) -> list[str]:
    """Return the names and addresses that these people have in these streams, as long as their keys are there."""
    names: dict[str, None] = {}
    for person, stream in pairs:
        records = [each for each in read_stream(conn, stream) if getattr(each.event, "person_id", None) == person]
        for record in vault.open(conn, records):
            marks = record.event.personal_marks
            own = (getattr(record.event, name) for name in _NAMES if name in marks and marks[name].of_person)
            names |= dict.fromkeys(filter(None, own))
    return list(names)
