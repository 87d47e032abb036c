"""Whatever the batches, and after a rebuild, the rows of controls are those of a fresh fold over the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from application.animations.commands import AnimationAttest
from application.application import Application
from application.commanding.commands import Command
from application.controls import ControlAnswer, ControlClose, ControlOpen, ControlPieceJudge
from application.service_dossiers.commands import (
    ServiceDossierCertify,
    ServiceDossierOpen,
    ServiceDossierSubmit,
)
from domain.controls.pieces import ReasonCode, pieces_of
from domain.kernel.actors import Actor, Role
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.engine.rebuild import rebuild
from projections.registry import projections
from tests.projections.test_exactness import assert_exact
from tests.support.draws import sign_and_draw
from tests.support.reference_fold import live
from tests.support.world import COORDONNATEUR, MASTER_KEY, REASONS, STRUCTURE, STRUCTURE_ID, World

AUDITOR = Actor(Role.AUDITOR, "auditor")
YEAR = {"period_from": date(2026, 9, 1), "period_until": date(2027, 8, 31)}


def _certified(world: World) -> tuple[UUID, UUID]:
    """A certified dossier and its only animation."""
    animation = world.creates()
    world.publishes(animation)
    world.now += timedelta(days=1)
    world.does(AnimationAttest(animation_id=animation, parents=7), STRUCTURE)
    (convention,) = world.conventions
    opened = ServiceDossierOpen(structure_id=STRUCTURE_ID, convention_id=convention, animation_ids=(animation,), **YEAR)
    dossier = world.does(opened, STRUCTURE).subject_id
    world.does(ServiceDossierSubmit(dossier_id=dossier), STRUCTURE)
    world.does(ServiceDossierCertify(dossier_id=dossier, **REASONS), COORDONNATEUR)
    return dossier, animation


def _steps(world: World) -> Iterator[tuple[Command, Actor]]:
    """Two controls of the same two dossiers, one of them brought to its end."""
    held = dict(_certified(world) for _ in range(2))
    opening = ControlOpen(name="Contrôle", share_percent=100, **YEAR)
    first, second = (world.does(opening, AUDITOR).subject_id for _ in range(2))
    sign_and_draw(world.app, world.now)
    pieces = [(dossier, piece) for dossier, animation in held.items() for piece in pieces_of([animation], [])]
    targets = [{"dossier_id": dossier, "piece": piece} for dossier, piece in pieces]
    for judged in targets:
        refusal = {"accepted": False, "reason_code": ReasonCode.MISSING, "comment": "Rien « du tout »\n"}
        yield ControlPieceJudge(control_id=first, **judged, **refusal), AUDITOR
    yield ControlAnswer(control_id=first, **targets[0], answer="La voici."), STRUCTURE
    yield ControlPieceJudge(control_id=second, **targets[0], accepted=True), AUDITOR
    yield ControlPieceJudge(control_id=first, **targets[0], accepted=True), AUDITOR
    yield ControlAnswer(control_id=first, **targets[1], answer="Elle est perdue."), STRUCTURE
    yield ControlClose(control_id=first, conclusion="Une réserve."), AUDITOR
    yield ControlPieceJudge(control_id=first, **targets[1], accepted=True, comment="Retrouvée"), AUDITOR


@pytest.mark.parametrize("limit", [1, 3, 1_000])
def test_rows_of_controls_are_those_of_a_fresh_fold(world: World, app: Application, fresh_url: str, limit: int):
    with app.pool.connection() as conn:
        prepare(conn, projections)
        for command, actor in _steps(world):
            world.does(command, actor)
            if limit < 1_000:
                catch_up(conn, app.vault, limit=limit)
        catch_up(conn, app.vault, limit=limit)
        rows = live(conn)
    assert (len(rows["controls"]), len(rows["control_pieces"])) == (2, 5)
    assert_exact(app)
    rebuild(fresh_url, MASTER_KEY, workers=2)
    assert_exact(app)
