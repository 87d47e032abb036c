"""Older events are compared with the signed tree in rounds: a change is found after so many looks, or so much time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from psycopg import Connection

from application.proof.leaves import read_leaves
from application.proof.log_check.rounds import Rounds
from application.proof.merkle import HASH_BYTES, leaf_hash
from application.proof.signer_memory import SigningRefused
from tests.application.proof.conftest import EVENTS, NOW

TILES = -(-EVENTS // 256)
HOUR = timedelta(hours=1)


def finding(rounds: Rounds, conn: Connection, minutes: int = 0, *, whole: bool = False) -> str:
    """What a look finds, so many minutes after the first one."""
    try:
        rounds.go_on(conn, NOW + timedelta(minutes=minutes), whole=whole)
    except SigningRefused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(
    ("statement", "finding_begins"),
    [
        ("UPDATE stored_events SET state = '{}' WHERE notification_id = 700", "position 700: the event is not the one"),
        ("UPDATE stored_events SET topic = 'a.b' WHERE notification_id = 1", "position 1: the event is not the one"),
        ("DELETE FROM stored_events WHERE notification_id = 256", "position 256: the event that the stored tree holds"),
        (
            f"DELETE FROM stored_events WHERE notification_id = {EVENTS}",
            f"position {EVENTS}: the event that the stored",
        ),
        ("DELETE FROM proof.tiles WHERE level = 0 AND index = 2", "tile 2 of level 0 lacks hashes"),
        (
            "UPDATE proof.tiles SET hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40)) WHERE level = 1",
            "tile 1 of level 0: its hashes are not those of the tree",
        ),
    ],
    ids=["a state", "a topic", "gone", "the last one gone", "a tile gone", "a tile above"],
)
def test_what_is_changed_is_found_after_as_many_looks_as_there_are_tiles_and_again_until_it_is_put_back(
    conn: Connection, statement: str, finding_begins: str
) -> None:
    rounds = Rounds()
    assert [finding(rounds, conn) for _ in range(2 * TILES)] == [""] * 2 * TILES
    assert rounds.has_begun
    conn.execute(statement)
    for start in range(TILES):
        rounds = Rounds(start=start)
        outcomes = [finding(rounds, conn) for _ in range(TILES + 1)]
        found_after = next(number for number, outcome in enumerate(outcomes, 1) if outcome)
        assert found_after <= TILES
        assert {outcome.split(":")[0] for outcome in outcomes[found_after - 1 :]} == {finding_begins.split(":")[0]}
        assert outcomes[-1].startswith(finding_begins)
    assert finding(Rounds(), conn, whole=True).startswith(finding_begins)


def test_a_row_and_its_hash_that_are_changed_together_no_longer_lead_to_the_signed_root(conn: Connection) -> None:
    conn.execute("UPDATE stored_events SET state = '{}' WHERE notification_id = 1000")
    (leaf,) = read_leaves(conn, 999, 1000)
    change = "UPDATE proof.tiles SET hashes = overlay(hashes PLACING %s FROM %s) WHERE level = 0 AND index = 3"
    conn.execute(change, (leaf_hash(leaf), 1 + (1000 - 769) * HASH_BYTES))
    assert finding(Rounds(), conn, whole=True).startswith("tile 3 of level 0: its hashes are not those of the tree")


def test_the_whole_log_is_seen_within_the_time_that_a_round_takes_and_at_once_where_the_signing_has_stopped(
    conn: Connection,
) -> None:
    conn.execute("UPDATE stored_events SET state = '{}' WHERE notification_id = 700")
    rounds = Rounds(HOUR)
    outcomes = [finding(rounds, conn, minutes) for minutes in (0, 30, 60)]
    assert any(outcome.startswith("position 700: ") for outcome in outcomes)
    assert finding(Rounds(HOUR), conn, whole=True).startswith("position 700: ")
