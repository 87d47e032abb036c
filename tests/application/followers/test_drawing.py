"""Announced controls are drawn by themselves, from the first checkpoint that covers the announcement."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

from application.application import Application
from application.controls import ControlDraw, ControlOpen
from application.files.store import FileStore
from application.followers.drawing import announced, draw_announced, drawing
from application.followers.notary import notarising
from application.proof.checkpoints import ON_REQUEST, first_covering
from application.proof.signing import make_checkpoint
from domain.catalogue import CONTROL
from domain.controls.control import Control
from domain.controls.draw import draw
from domain.controls.transitions import ControlStatus
from domain.kernel.actors import SYSTEM, Actor, Role
from domain.kernel.errors import DomainError
from eventstore.log import head, read_stream, state_after
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import World

AUDITOR = Actor(Role.AUDITOR, "auditor")
OPENING = ControlOpen(name="Contrôle", period_from=date(2026, 9, 1), period_until=date(2027, 8, 31), share_percent=50)


@pytest.fixture
def certified(world: World, tmp_path) -> list[UUID]:
    claim = Claim(world, FileStore(tmp_path / "files"))
    return [claim.certified(*claim.attested(1)) for _ in range(3)]


def control_of(app: Application, control_id: UUID) -> Control:
    with app.pool.connection() as conn:
        control = state_after(CONTROL, read_stream(conn, control_id))
    assert control is not None
    return control


def sign(app: Application, world: World) -> None:
    with app.pool.connection() as conn:
        make_checkpoint(conn, KEY, head(conn), ON_REQUEST, world.now)


@pytest.fixture
def conn(app: Application) -> Iterator:
    with app.pool.connection() as conn:
        yield conn


def test_nothing_is_drawn_before_a_checkpoint_covers_the_announcement(world: World, app, conn, certified):
    sign(app, world)
    control_id = world.does(OPENING, AUDITOR).subject_id
    assert draw_announced(conn, app.execute, world.now) == 1
    assert control_of(app, control_id).status is ControlStatus.ANNOUNCED
    sign(app, world)
    position = announced(conn)[control_id]
    assert draw_announced(conn, app.execute, world.now) == 0
    first = first_covering(conn, position)
    assert first is not None
    root = base64.b64encode(first.root).decode()
    assert control_of(app, control_id).drawn == draw(root, certified, 50)
    assert announced(conn) == {}


def test_later_checkpoints_change_nothing(world: World, app, conn, certified):
    control_id = world.does(OPENING, AUDITOR).subject_id
    sign(app, world)
    world.creates()
    sign(app, world)
    drawn_from = first_covering(conn, announced(conn)[control_id])
    draw_announced(conn, app.execute, world.now)
    record = read_stream(conn, control_id)[-1]
    assert drawn_from is not None
    assert record.event.model_dump()["checkpoint_size"] == drawn_from.size
    again = ControlDraw(control_id=control_id, checkpoint_size=drawn_from.size + 1, root="x")
    with pytest.raises(DomainError, match="déjà fait"):
        app.execute(again, SYSTEM, world.now)


def test_the_draw_and_the_outcome_stand_on_each_dossier(world: World, app, conn, certified):
    world.does(OPENING, AUDITOR)
    sign(app, world)
    draw_announced(conn, app.execute, world.now)
    topics = {dossier: [record.event.topic for record in read_stream(conn, dossier)] for dossier in certified}
    assert sum("service_dossier.drawn" in each for each in topics.values()) == 2


def test_it_happens_by_itself_at_once(world: World, app, fresh_url, certified):
    with notarising(fresh_url, KEY, 3_600), drawing(fresh_url, app.execute, lambda: world.now):
        control_id = world.does(OPENING, AUDITOR).subject_id
        deadline = time.monotonic() + 30
        while control_of(app, control_id).status is ControlStatus.ANNOUNCED:
            assert time.monotonic() < deadline, "it is never drawn"
            time.sleep(0.05)
