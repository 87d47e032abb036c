"""What was erased is gone from PostgreSQL's files too: tables, keys and the write-ahead log."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from application.contacts.commands import ContactAdd
from application.registrations import RegistrationSubmit
from cli.people.forgetting import forget
from domain.kernel.actors import PUBLIC
from tests.cli.conftest import project
from tests.support.world import MASTER_KEY, NATIONAL, STRUCTURE, STRUCTURE_ID

#: Found nowhere else in this file's own bytes or in the files of other tests.
WORDS = ("Zqxunique", "zqxunique@example.org", "Zqxcontact")


def files_with(opened, *words: str) -> set[str]:
    """Files of the database and of the write-ahead log in which one of the words stands."""
    with opened.connection() as conn:
        conn.execute("CHECKPOINT")
        (folder,) = conn.execute("SHOW data_directory").fetchone()
        (path,) = conn.execute("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()").fetchone()
    places = [*(Path(folder) / path).iterdir(), *(Path(folder) / "pg_wal").glob("0*")]
    return {
        place.name for place in places if place.is_file() and any(word.encode() in place.read_bytes() for word in words)
    }


def key_rows(opened) -> list[bytes]:
    with opened.connection() as conn:
        return [
            bytes(row[0]) for row in conn.execute("SELECT wrapped_key FROM person_keys WHERE wrapped_key IS NOT NULL")
        ]


def key_table(opened) -> bytes:
    """The bytes of the file that holds the keys."""
    with opened.connection() as conn:
        (folder,) = conn.execute("SHOW data_directory").fetchone()
        (path,) = conn.execute("SELECT pg_relation_filepath('person_keys')").fetchone()
    return bytes((Path(folder) / path).read_bytes())


def test_an_erased_person_is_in_no_file_of_the_database(opened, world):
    animation = world.creates()
    world.publishes(animation)
    who = {"first_name": WORDS[0], "last_name": "Inventée", "email": WORDS[1]}
    world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
    world.does(ContactAdd(structure_id=STRUCTURE_ID, name=WORDS[2], email=WORDS[1]), STRUCTURE)
    project(opened)
    with opened.connection() as conn:
        conn.execute("ANALYZE")
    assert files_with(opened, *WORDS), "the files show what is there"
    keys = key_rows(opened)
    opened.application.erase_person(WORDS[1], NATIONAL, world.now)
    project(opened)
    assert forget(opened.url, MASTER_KEY) >= 2
    assert files_with(opened, *WORDS) == set()
    gone = [key for key in keys if key not in key_rows(opened)]
    assert gone
    assert not any(key in key_table(opened) for key in gone)


def test_a_transaction_of_another_database_keeps_no_key_of_the_erased(opened, world, monkeypatch):
    """Every new snapshot reaches back to the oldest transaction of the whole server."""
    animation = world.creates()
    world.publishes(animation)
    who = {"first_name": WORDS[0], "last_name": "Inventée", "email": WORDS[1]}
    world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
    project(opened)
    keys = key_rows(opened)
    with psycopg.connect(opened.url, dbname="postgres") as other:
        other.execute("SELECT pg_current_xact_id()")
        opened.application.erase_person(WORDS[1], NATIONAL, world.now)
        project(opened)
        with monkeypatch.context() as patch:
            patch.setattr("cli.people.forgetting._MAX_WAIT_SECONDS", 0.5)
            with pytest.raises(TimeoutError, match="transactions have been open"):
                forget(opened.url, MASTER_KEY)
    assert forget(opened.url, MASTER_KEY) >= 1
    gone = [key for key in keys if key not in key_rows(opened)]
    assert gone
    assert not any(key in key_table(opened) for key in gone)


def test_words_that_were_erased_are_in_no_file_either(opened, world):
    animation = world.creates(venue_name="Chez Qwvenue", description="Avec Qwdesc")
    project(opened)
    with opened.connection() as conn:
        conn.execute("ANALYZE")
    assert files_with(opened, "Qwvenue", "Qwdesc"), "the files show what is there"
    opened.application.erase_person(str(animation), NATIONAL, world.now)
    project(opened)
    assert forget(opened.url, MASTER_KEY) >= 1
    assert files_with(opened, "Qwvenue", "Qwdesc") == set()


def test_nothing_is_written_anew_where_nobody_was_erased(opened, world):
    project(opened)
    assert forget(opened.url, MASTER_KEY) == 0
    assert forget(opened.url, MASTER_KEY) == 0
