"""An import whose process is killed while its events are being written: all of it stays or nothing; it is repeated."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from application.animations.importing import AnimationsImport
from domain.animations.events import AnimationCreated
from domain.kernel.errors import DomainError, ErrorCode
from eventstore.connections import connect
from tests.support.world import EVENT_KEYS, MASTER_KEY, STRUCTURE, STRUCTURE_ID

HEADER = "Titre;Description;Date;Horaires;Type de lieu;Lieu;Public;Type;Thèmes;Places\n"
ROWS = 40
TABLE = HEADER + "".join(
    f"Café {number};Échanger;12/03/2027;18h-20h;École;Jaurès;Parents;Café des parents;ENT - Pronote;12\n"
    for number in range(ROWS)
)
#: Writing waits at the twentieth animation, for a table that the test holds.
_HALFWAY = f"""
CREATE SEQUENCE written;
CREATE TABLE halfway ();
CREATE FUNCTION wait_halfway() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.topic = '{AnimationCreated.topic}' AND nextval('public.written') = 20 THEN
    PERFORM FROM public.halfway;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wait_halfway BEFORE INSERT ON stored_events FOR EACH ROW EXECUTE FUNCTION wait_halfway();
"""
_WAITING = """
SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE datname = current_database() AND relation = 'halfway'::regclass AND granted = %s"""
_IMPORTER = """
import sys
from application.application import open_application
from eventstore.authenticators import EventKeys
from tests.application.animations.test_killed_import import imports
url, key = sys.argv[1:]
with open_application(url, bytes.fromhex(key), EventKeys(b"e" * 32)) as app:
    from tests.support.world import World
    imports(World(app))
"""


def imports(world):
    return world.does(AnimationsImport(structure_id=STRUCTURE_ID, csv=TABLE), STRUCTURE)


def declared(conn):
    (count,) = conn.execute("SELECT count(*) FROM stored_events WHERE topic = %s", [AnimationCreated.topic]).fetchone()
    return count


def waits_for(condition, process=None):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        assert process is None or process.poll() is None, "the import ended"
        time.sleep(0.02)


def test_an_import_that_is_killed_halfway_leaves_all_or_nothing_and_is_repeated_whole(world, app, fresh_url):
    assert EVENT_KEYS
    world.sign()
    with connect(fresh_url, "test") as conn:
        conn.autocommit = True
        conn.execute(_HALFWAY)
        with conn.transaction():
            conn.execute("LOCK TABLE halfway")
            command = [sys.executable, "-W", "ignore", "-c", _IMPORTER, fresh_url, MASTER_KEY.hex()]
            process = subprocess.Popen(command, cwd=os.getcwd())
            waits_for(lambda: conn.execute(_WAITING, [False]).fetchone() is not None, process)
            process.send_signal(signal.SIGKILL)
            process.wait()
        waits_for(lambda: conn.execute(_WAITING, [True]).fetchone() is None)
        # What the server has received whole it carries out, whether or not anybody waits for its answer.
        left = declared(conn)
        assert left in (0, ROWS)
        conn.execute("DROP TRIGGER wait_halfway ON stored_events")

        if not left:
            imports(world)
        assert declared(conn) == ROWS
        with pytest.raises(DomainError) as again:
            imports(world)
        assert (again.value.code, declared(conn)) == (ErrorCode.DUPLICATE, ROWS)
