"""The root of the map enters the log before each checkpoint, and never for its own sake."""

from __future__ import annotations

from datetime import timedelta

import pytest

from application.animations.commands import AnimationPublish
from application.followers.notary import look
from application.proof.checkpoints import all_checkpoints, latest
from application.proof.completeness.committing import ProofMapCommit, last_commit, map_commits
from application.proof.completeness.stored_map import map_as_of
from application.proof.signer_memory import KeyRetired
from application.proof.signing import take_up_key
from domain.kernel.actors import SYSTEM
from domain.kernel.errors import DomainError
from eventstore.log import head
from tests.application.proof.conftest import KEY, NEXT_KEY
from tests.support.world import NATIONAL, World


@pytest.fixture
def conn(world: World):
    with world.app.pool.connection() as conn:
        yield conn


def test_a_checkpoint_covers_the_root_of_all_that_came_before(world: World, conn):
    world.sign()
    before = head(conn)
    look(conn, KEY, 600, world.now, map_commits(world.app.execute))
    commit, checkpoint = last_commit(conn), latest(conn)
    assert commit is not None
    assert checkpoint is not None
    assert (commit.map_position, commit.position) == (before, checkpoint.position)
    assert commit.root == map_as_of(conn, before).root


def test_an_idle_log_does_not_grow(world: World, conn):
    world.sign()
    for _ in range(3):
        look(conn, KEY, 600, world.now, map_commits(world.app.execute))
        world.now += timedelta(hours=1)
        with conn.transaction():
            map_commits(world.app.execute)(conn, world.now)
    assert len(all_checkpoints(conn)) == 1
    commit = last_commit(conn)
    assert commit is not None
    assert commit.position == head(conn)


def test_each_further_event_is_in_a_further_root_and_so_is_the_root_before(world: World, conn):
    roots = set()
    commit_all = map_commits(world.app.execute)
    animations = [world.creates() for _ in range(3)] if world.sign() else []
    for animation_id in animations:
        with conn.transaction():
            commit = commit_all(conn, world.now)
        assert commit is not None
        assert commit.root == map_as_of(conn, commit.map_position).root
        roots.add(commit.root)
        world.does(AnimationPublish(animation_id=animation_id), NATIONAL)
    assert len(roots) == 3


def test_a_root_of_what_is_committed_already_is_refused(world: World):
    world.does(ProofMapCommit(position=5, root="0" * 64, signing_rules=0), SYSTEM)
    with pytest.raises(DomainError, match="position 5"):
        world.does(ProofMapCommit(position=5, root="1" * 64, signing_rules=0), SYSTEM)
    with pytest.raises(DomainError):
        world.does(ProofMapCommit(position=6, root="1" * 64, signing_rules=0), NATIONAL)


def test_what_must_not_be_signed_gains_no_commit(world: World, conn):
    world.sign()
    look(conn, KEY, 600, world.now, map_commits(world.app.execute))
    take_up_key(conn, NEXT_KEY)
    world.creates()
    before = head(conn)
    for _ in range(2):
        with pytest.raises(KeyRetired):
            look(conn, KEY, 0, world.now, map_commits(world.app.execute))
    assert head(conn) == before
