"""Every root in the log, and the stored map, are those of the log: whatever is not is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from application.animations.commands import AnimationPublish
from application.proof.checking import check_log
from application.proof.completeness.committing import ProofMapCommit, map_commits
from application.proof.completeness.map_checking import check_map
from application.proof.completeness.signing import sign_with_map
from application.proof.completeness.stored_map import advance, map_as_of
from application.proof.signer_memory import SigningRefused
from domain.kernel.actors import SYSTEM
from eventstore.log import head
from tests.application.proof.conftest import KEY
from tests.support.world import NATIONAL, World


@pytest.fixture
def conn(world: World):
    with world.app.pool.connection() as conn:
        yield conn


@pytest.fixture
def signed(world: World, conn) -> World:
    world.sign()
    for _ in range(3):
        world.does(AnimationPublish(animation_id=world.creates()), NATIONAL)
        world.now += timedelta(minutes=10)
        sign_with_map(conn, KEY, "interval", world.now, map_commits(world.app.execute))
    return world


def test_the_roots_of_an_honest_log_fit(signed: World, conn):
    assert list(check_map(conn)) == []
    signed.creates()
    assert list(check_map(conn)) == []
    advance(conn, head(conn))
    assert list(check_map(conn)) == []


def test_a_false_root_is_named_by_its_position_and_nothing_is_signed_after_it(signed: World, conn):
    signed.creates()
    at = signed.does(ProofMapCommit(position=head(conn), root="0" * 64, signing_rules=0), SYSTEM).position
    with pytest.raises(SigningRefused, match=f"^position {at}: the map of position {at - 1} "):
        sign_with_map(conn, KEY, "interval", signed.now, map_commits(signed.app.execute))
    assert list(check_map(conn)) == [f"the map's root at position {at} is not that of the log as of position {at - 1}"]


def test_a_root_that_leaves_out_the_one_before_is_named(signed: World, conn):
    for _ in range(3):
        signed.creates()
    end = head(conn)
    signed.does(ProofMapCommit(position=end - 2, root=map_as_of(conn, end - 2).root.hex(), signing_rules=0), SYSTEM)
    assert list(check_map(conn)) == []
    at = signed.does(
        ProofMapCommit(position=end, root=map_as_of(conn, end).root.hex(), signing_rules=0), SYSTEM
    ).position
    (finding,) = check_map(conn)
    assert finding == f"the map's root at position {at} is said to be as of position {end}, before the one at {end + 1}"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proof.map SET root = sha256('')",
        "UPDATE proof.map_tiles SET entries = overlay(entries PLACING '\\x00' FROM 20) WHERE prefix = '0'",
        "DELETE FROM proof.map_tiles WHERE prefix = '0'",
        "INSERT INTO proof.map_tiles VALUES ('0123456', '')",
    ],
)
def test_a_stored_map_that_was_altered_is_named_and_made_anew(signed: World, conn, statement):
    conn.execute(statement)
    (finding,) = check_map(conn)
    assert finding.startswith("the stored map is not that of the log")
    assert finding in check_log(conn, conn, [KEY.public]).findings
    conn.execute("TRUNCATE proof.map, proof.map_tiles")
    signed.creates()
    sign_with_map(conn, KEY, "interval", signed.now, map_commits(signed.app.execute))
    assert list(check_map(conn)) == []
