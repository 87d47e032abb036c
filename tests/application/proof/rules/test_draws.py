"""A draw from anything but the first checkpoint after the announcement is found."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path

import pytest

from application.controls import ControlDraw, ControlOpen
from application.files.store import FileStore
from application.proof.checkpoints import ON_REQUEST
from application.proof.rules.log import judge_log
from application.proof.signing import make_checkpoint
from domain.kernel.actors import SYSTEM, Actor, Role
from eventstore.log import head
from tests.support.draws import sign_and_draw
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import World

AUDITOR = Actor(Role.AUDITOR, "auditor")
OPENING = ControlOpen(name="Contrôle", period_from=date(2026, 9, 1), period_until=date(2027, 8, 31), share_percent=50)


def sign(world: World):
    """Sign the log with something new in it."""
    world.creates()
    with world.app.pool.connection() as conn:
        checkpoint = make_checkpoint(conn, KEY, head(conn), ON_REQUEST, world.now)
    assert checkpoint is not None
    return checkpoint.size, base64.b64encode(checkpoint.root).decode()


def reasons(world: World) -> list[str]:
    with world.app.pool.connection() as conn:
        return [finding.reason for finding in judge_log(conn).findings]


@pytest.fixture
def certified(world: World, tmp_path: Path) -> None:
    claim = Claim(world, FileStore(tmp_path / "files"))
    claim.certified(*claim.attested(1))


def test_an_honest_draw_is_found_right(world: World, certified: None):
    world.does(OPENING, AUDITOR)
    sign_and_draw(world.app, world.now)
    sign(world)
    assert reasons(world) == []


@pytest.mark.parametrize(
    ("which", "reason"),
    [
        ("before", "signed before the control was announced"),
        ("second", "is the first after its announcement"),
        ("chosen", "its seed is not the root"),
        ("unsigned", "which was never signed"),
    ],
)
def test_any_other_draw_is_found(world: World, certified: None, which: str, reason: str):
    before = sign(world)
    control_id = world.does(OPENING, AUDITOR).subject_id
    first, second = sign(world), sign(world)
    seeds = {"before": before, "second": second, "chosen": (first[0], "loto"), "unsigned": (second[0] + 1, "loto")}
    size, root = seeds[which]
    world.app.execute(ControlDraw(control_id=control_id, checkpoint_size=size, root=root), SYSTEM, world.now)
    (finding,) = reasons(world)
    assert reason in finding
