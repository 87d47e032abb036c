"""Who is told of a control, and of a certification that is withdrawn."""

from __future__ import annotations

from pathlib import Path

from application.application import Application
from application.controls import ControlClose, ControlOpen, ControlPieceJudge
from application.files.store import FileStore
from application.service_dossiers.withdrawal import CertificationWithdraw
from domain.controls.pieces import ReasonCode, pieces_of
from domain.kernel.actors import Actor, Role
from tests.application.notifications.test_reactions import OURS, _messages, _reacts
from tests.support.draws import sign_and_draw
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import NATIONAL, World

AUDITOR = Actor(Role.AUDITOR, "auditor")


def test_the_structure_is_told_and_the_coordonnateur_where_a_piece_is_refused(
    world: World, app: Application, tmp_path: Path
):
    claim = Claim(world, FileStore(tmp_path / "files"))
    animations = claim.attested(1)
    dossier_id = claim.certified(*animations)
    day = {"period_from": world.now.date(), "period_until": world.now.date()}
    control_id = world.does(ControlOpen(name="Contrôle", share_percent=100, **day), AUDITOR).subject_id
    sign_and_draw(app, world.now)
    for piece in pieces_of(animations, []):
        judged = {"accepted": False, "reason_code": ReasonCode.UNSIGNED}
        world.does(ControlPieceJudge(control_id=control_id, dossier_id=dossier_id, piece=piece, **judged), AUDITOR)
    world.does(ControlClose(control_id=control_id, conclusion="Rien n'est signé"), AUDITOR)
    world.does(CertificationWithdraw(dossier_id=dossier_id, reason="Rien n'est signé"), NATIONAL)
    _reacts(app)
    refused = "Un contrôle a refusé des pièces d'un dossier (2)."
    assert _messages(app, OURS)[-3:] == [
        "Un dossier est tiré au sort pour un contrôle.",
        refused,
        "La certification d'un dossier de service fait est retirée.",
    ]
    assert _messages(app, "territory:971")[-1] == refused
