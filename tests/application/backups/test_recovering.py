"""A position or an instant is found in the log as a transaction to recover up to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from application.backups.recovering import CannotRecover, Target, drop_targets, transaction_of
from eventstore.log import head
from tests.support.world import World


def test_a_target_is_the_last_transaction_up_to_it(world: World):
    first = world.creates()
    with world.app.pool.connection() as conn:
        before = head(conn)
        conn.execute("SELECT nextval(pg_get_serial_sequence('stored_events', 'notification_id'))")
        world.now += timedelta(hours=1)
        world.publishes(first)
        last = head(conn)
        by_position = transaction_of(conn, Target(position=before + 1), before, last)
        assert by_position[0] == before, "a number that was never given is the event before it"
        assert transaction_of(conn, Target(moment=world.now - timedelta(minutes=1)), 1, last) == by_position
        assert transaction_of(conn, Target(moment=world.now), 1, last)[0] == last
        with pytest.raises(CannotRecover, match=f"goes to position {last:,} already, .*: take an earlier backup"):
            transaction_of(conn, Target(position=before), last, last)
        with pytest.raises(CannotRecover, match=f"ends at position {last:,}, before position {last + 1:,}"):
            transaction_of(conn, Target(position=last + 1), before, last)


def test_recovery_targets_of_before_are_dropped_from_a_configuration(tmp_path: Path):
    configuration = tmp_path / "postgresql.conf"
    configuration.write_bytes(b"port = 5433\nrecovery_target_lsn = ''\n  recovery_target = ''\n# recovery_target\n")
    drop_targets(configuration)
    assert configuration.read_bytes() == b"port = 5433\n# recovery_target\n"
    drop_targets(tmp_path / "missing.conf")
