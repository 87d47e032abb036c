"""Every kind of change to a log of 2,000 events is found by `audit check`, and the position named."""

from __future__ import annotations

import base64

import psycopg
import pytest
from psycopg import Connection

from application.proof.checking import Report, check_log
from application.proof.checkpoints import ON_REQUEST, latest, origin
from application.proof.leaves import read_leaves
from application.proof.merkle import leaf_hash
from application.proof.notes import Checkpoint, SigningKey
from application.proof.signing import make_checkpoint, take_up_key
from application.proof.tiles import StoredTree
from eventstore.bulk import append_rows
from eventstore.log import head
from tests.application.proof.conftest import EVENTS, KEY, NEXT_KEY, NOW, rows
from tests.support.world import EVENT_KEYS

FOREIGN_KEY = SigningKey.from_seed(b"f" * 32)


def check(conn: Connection, *copies: str, trusted: tuple[bytes, ...] = (KEY.public, NEXT_KEY.public)) -> Report:
    with psycopg.connect(conn.info.dsn, autocommit=True) as tiles:
        return check_log(conn, tiles, trusted, copies)


def unlocked(conn: Connection, *statements: str) -> None:
    """As somebody with every right on the database would do it."""
    for statement in statements:
        conn.execute(statement)


def test_a_log_that_nobody_touched_has_no_findings(conn: Connection):
    assert check(conn) == Report(EVENTS, EVENTS, 3, ())


def test_what_is_not_signed_yet_is_no_finding(conn: Connection):
    append_rows(conn, EVENT_KEYS, rows(EVENTS + 1, EVENTS + 700))
    report = check(conn)
    assert (report.events, report.signed, report.findings) == (EVENTS + 700, EVENTS, ())


@pytest.mark.parametrize("position", [1, 256, 257, 1_234, EVENTS])
@pytest.mark.parametrize(
    "change",
    [
        "state = set_byte(state, 3, get_byte(state, 3) # 1)",
        "topic = 'animation.refused'",
        "originator_version = originator_version + 1000",
        "originator_id = 'ffffffff-ffff-4fff-bfff-ffffffffffff'",
    ],
    ids=["one byte of a state", "a topic", "a version", "an aggregate"],
)
def test_a_changed_event_is_found_at_its_position(conn: Connection, change: str, position: int):
    unlocked(conn, f"UPDATE stored_events SET {change} WHERE notification_id = {position}")
    findings = check(conn).findings
    assert findings[0] == f"position {position}: changed"
    assert "does not fit the log" in findings[1]
    assert len(findings) == 2


@pytest.mark.parametrize("column", ["topic", "state"])
def test_an_event_that_lost_its_topic_or_state_is_found(conn: Connection, column: str):
    unlocked(conn, f"UPDATE stored_events SET {column} = NULL WHERE notification_id = 300")
    assert check(conn).findings[0] == "position 300: changed"


@pytest.mark.parametrize(("first", "other"), [(500, 501), (500, 1_700)], ids=["neighbours", "far apart"])
def test_two_events_that_were_exchanged_are_both_named(conn: Connection, first: int, other: int):
    unlocked(
        conn,
        f"UPDATE stored_events SET notification_id = -1 WHERE notification_id = {first}",
        f"UPDATE stored_events SET notification_id = {first} WHERE notification_id = {other}",
        f"UPDATE stored_events SET notification_id = {other} WHERE notification_id = -1",
    )
    assert check(conn).findings[0] == f"position {first}: exchanged with position {other}"


_RENUMBER = (
    "UPDATE stored_events SET notification_id = -notification_id{} WHERE notification_id > {}",
    "UPDATE stored_events SET notification_id = -notification_id WHERE notification_id < 0",
)


@pytest.mark.parametrize("position", [1, 256, 900, EVENTS - 1])
def test_a_removed_event_is_found(conn: Connection, position: int):
    unlocked(conn, f"DELETE FROM stored_events WHERE notification_id = {position}")
    assert check(conn).findings[0] == f"position {position}: removed"


@pytest.mark.parametrize("position", [1, 256, 900, EVENTS - 1])
def test_a_removed_event_is_found_though_the_others_were_renumbered(conn: Connection, position: int):
    unlocked(
        conn,
        f"DELETE FROM stored_events WHERE notification_id = {position}",
        _RENUMBER[0].format("+ 1", position),
        _RENUMBER[1],
    )
    assert check(conn).findings[0] == f"position {position}: removed, and the events after it renumbered"


@pytest.mark.parametrize("position", [1, 256, 900])
def test_an_inserted_event_is_found(conn: Connection, position: int):
    unlocked(
        conn,
        _RENUMBER[0].format(" - 1", position - 1),
        _RENUMBER[1],
        "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id) VALUES"
        f" (gen_random_uuid(), 1, 'animation.published', '{{}}', {position})",
    )
    assert check(conn).findings[0] == f"position {position}: inserted, and the events after it renumbered"


def test_an_event_put_into_a_gap_is_found(empty: Connection):
    append_rows(empty, EVENT_KEYS, rows(1, 5))
    with pytest.raises(psycopg.errors.UniqueViolation):
        append_rows(empty, EVENT_KEYS, rows(5, 6))
    append_rows(empty, EVENT_KEYS, rows(6, 20))
    make_checkpoint(empty, KEY, head(empty), ON_REQUEST, NOW)
    unlocked(
        empty,
        "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id) VALUES"
        " (gen_random_uuid(), 1, 'animation.published', '{}', 6)",
    )
    assert check(empty).findings[0] == "position 6: inserted"


def test_a_log_that_was_cut_off_is_found(conn: Connection):
    unlocked(conn, f"DELETE FROM stored_events WHERE notification_id > {EVENTS - 10}")
    first, *_ = check(conn).findings
    assert (
        first == f"position {EVENTS - 9}: removed, and everything after it up to position {EVENTS}: the log was cut off"
    )


def test_several_changes_are_all_named(conn: Connection):
    unlocked(
        conn,
        "DELETE FROM stored_events WHERE notification_id = 30",
        "UPDATE stored_events SET state = '{}' WHERE notification_id IN (40, 1900)",
    )
    changes = [finding.split(",")[0] for finding in check(conn).findings]
    assert changes[:3] == ["position 30: removed", "position 40: changed", "position 1900: changed"]


def test_who_also_changes_the_stored_hashes_is_caught_by_the_checkpoints(conn: Connection):
    unlocked(conn, "UPDATE stored_events SET state = '{}' WHERE notification_id = 1234")
    changed = leaf_hash(next(iter(read_leaves(conn, 1_233, 1_234))))
    packed = b"".join(StoredTree(conn).leaf_hashes(1_024, 1_280))
    at = (1_233 - 1_024) * 32
    conn.execute(
        "UPDATE proof.tiles SET hashes = %s WHERE level = 0 AND index = 4",
        (packed[:at] + changed + packed[at + 32 :],),
    )
    findings = check(conn).findings
    assert any("tile 0 of level 1: not the hashes of its leaves" in finding for finding in findings)
    assert any("checkpoint of size 1500 does not fit the log: between leaf 701 and leaf 1500" in f for f in findings)


def test_a_forged_signature_is_found(conn: Connection):
    kept = latest(conn)
    assert kept is not None
    text, line = kept.note.split("\n\n")
    name, encoded = line.removeprefix("— ").strip().split(" ")
    spoilt = bytearray(base64.b64decode(encoded))
    spoilt[-1] ^= 1
    forged = f"{text}\n\n— {name} {base64.b64encode(bytes(spoilt)).decode()}\n"
    conn.execute("UPDATE proof.checkpoints SET note = %s WHERE size = %s", (forged, EVENTS))
    assert check(conn).findings == (f"checkpoint of size {EVENTS}: the signature does not fit the text",)


def test_a_checkpoint_whose_note_says_something_else_is_found(conn: Connection):
    conn.execute("UPDATE proof.checkpoints SET note = (SELECT note FROM proof.checkpoints WHERE size = 700)")
    assert [finding[-14:] for finding in check(conn).findings] == ["is kept beside it"[-14:]] * 2


def test_a_checkpoint_of_a_key_that_was_rolled_back_is_found(conn: Connection):
    take_up_key(conn, NEXT_KEY)
    append_rows(conn, EVENT_KEYS, rows(EVENTS + 1, EVENTS + 10))
    make_checkpoint(conn, NEXT_KEY, head(conn), ON_REQUEST, NOW)
    assert check(conn).findings == ()
    name, size = origin(conn), EVENTS + 10
    note = KEY.sign(Checkpoint(name, size, StoredTree(conn).root(size)).text, name)
    conn.execute("UPDATE proof.checkpoints SET note = %s WHERE size = %s", (note, size))
    (finding,) = check(conn).findings
    assert finding == f"checkpoint of size {size}: signed by a rolled-back key, which ended at size {EVENTS}"


def test_a_key_that_stands_in_the_database_alone_is_not_believed(conn: Connection):
    """Who may write everything may also put keys of their own, and the owner's after them."""
    unlocked(
        conn,
        "UPDATE stored_events SET state = '{}' WHERE notification_id = 1234",
        "DELETE FROM proof.tiles",
        "DELETE FROM proof.checkpoints",
        "DELETE FROM proof.keys",
    )
    make_checkpoint(conn, FOREIGN_KEY, head(conn), ON_REQUEST, NOW)
    take_up_key(conn, KEY)
    first, second = check(conn).findings
    assert first.startswith("the key in use since size 0 is unknown here")
    assert second.startswith(f"checkpoint of size {EVENTS}: signed by an unknown key")


def test_a_key_that_signs_again_after_another_is_found_whatever_the_database_says_of_them(conn: Connection):
    append_rows(conn, EVENT_KEYS, rows(EVENTS + 1, EVENTS + 10))
    take_up_key(conn, NEXT_KEY)
    make_checkpoint(conn, NEXT_KEY, head(conn), ON_REQUEST, NOW)
    unlocked(conn, "DELETE FROM proof.keys")
    append_rows(conn, EVENT_KEYS, rows(EVENTS + 11, EVENTS + 20))
    make_checkpoint(conn, KEY, head(conn), ON_REQUEST, NOW)
    assert any(
        finding.startswith(f"checkpoint of size {EVENTS + 20}: signed by a rolled-back key, which ended")
        for finding in check(conn).findings
    )


def test_a_copy_of_another_log_is_told_so(conn: Connection):
    kept = latest(conn)
    assert kept is not None
    other = KEY.sign(Checkpoint("parentalite.log/other", EVENTS, kept.root).text, "parentalite.log/other")
    assert check(conn, other).findings == (f"checkpoint, copy 1 (size {EVENTS}): it is that of another log",)


def test_a_checkpoint_of_an_unknown_key_is_found(conn: Connection):
    name = origin(conn)
    note = FOREIGN_KEY.sign(Checkpoint(name, EVENTS, StoredTree(conn).root(EVENTS)).text, name)
    conn.execute("UPDATE proof.checkpoints SET note = %s WHERE size = %s", (note, EVENTS))
    (finding,) = check(conn).findings
    assert finding.startswith(f"checkpoint of size {EVENTS}: signed by an unknown key")


def test_only_the_keys_that_are_given_are_trusted(conn: Connection):
    assert check(conn, trusted=(KEY.public,)).findings == ()
    assert len(check(conn, trusted=(NEXT_KEY.public,)).findings) == 4


def test_a_copy_that_somebody_kept_convicts_a_log_that_was_rewritten_with_all_its_checkpoints(conn: Connection):
    kept = latest(conn)
    assert kept is not None
    assert check(conn, kept.note).findings == ()
    unlocked(
        conn,
        "UPDATE stored_events SET state = '{}' WHERE notification_id = 1234",
        "DELETE FROM proof.tiles",
        "DELETE FROM proof.checkpoints",
    )
    make_checkpoint(conn, KEY, head(conn), ON_REQUEST, NOW)
    assert check(conn).findings == ()
    (finding,) = check(conn, kept.note).findings
    assert finding.startswith(f"checkpoint, copy 1 (size {EVENTS}), does not fit the log")


def test_a_log_that_was_rewritten_as_a_whole_is_told_in_a_bounded_number_of_lines(conn: Connection):
    unlocked(conn, "UPDATE stored_events SET state = '{}'")
    findings = check(conn).findings
    assert findings[0] == "position 1: changed"
    assert "only the first 50 differences are told" in findings
    assert len(findings) == 52


def test_a_log_that_grows_and_is_signed_meanwhile_has_no_findings(conn: Connection):
    grown: list[object] = []

    def grow_once(step: str, done: int, total: int) -> None:
        if not grown:
            with psycopg.connect(conn.info.dsn, autocommit=True) as other:
                append_rows(other, EVENT_KEYS, rows(EVENTS + 1, EVENTS + 900))
                grown.append(make_checkpoint(other, KEY, head(other), ON_REQUEST, NOW))

    with psycopg.connect(conn.info.dsn, autocommit=True) as tiles:
        report = check_log(conn, tiles, [KEY.public], progress=grow_once)
    assert grown
    assert (report.events, report.signed, report.findings) == (EVENTS, EVENTS, ())
    assert check(conn).findings == ()
