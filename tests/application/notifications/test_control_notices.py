"""Who is told of a control, and of a certification that is withdrawn."""

from __future__ import annotations

from pathlib import Path

from application.application import Application
from application.controls import ControlClose, ControlOpen, ControlPieceJudge
from application.files.store import FileStore
from application.notifications.inbox import recipients_of
from application.service_dossiers.withdrawal import CertificationWithdraw
from domain.controls.pieces import ReasonCode, pieces_of
from domain.kernel.actors import Actor, Role
from tests.application.notifications.test_reactions import OURS, _reacts
from tests.support.draws import sign_and_draw
from tests.support.inbox import messages
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
    named = "dossier de service fait du 01/09/2026 au 31/08/2027 (150,00 €) de Ville de Basse-Terre"
    on = f"{world.now:%d/%m/%Y}"
    control, dossier = f"contrôle « Contrôle » des dossiers certifiés du {on} au {on}", named
    assert messages(app, OURS)[-5:] == [
        f"Le {control} est annoncé : 100 % des dossiers seront tirés au sort, peut-être parmi les vôtres.",
        f"Le {dossier} est tiré au sort pour un contrôle.",
        # Refused one by one, told once.
        f"Le {control} refuse 2 pièces du {dossier} (pièce non signée). Vous pouvez y répondre avant la clôture.",
        f"Le {control} est achevé pour le {dossier} : 2 pièces refusées.",
        f"La certification du {dossier} est retirée.",
    ]
    # Auditors look into the control itself, and have no inbox.
    assert recipients_of(AUDITOR) == []
    assert [message.split(" : ")[0] for message in messages(app, "territory:971")][-5:] == [
        f"Le {control} est annoncé",
        f"Le {dossier} est tiré au sort pour un contrôle.",
        f"Le {control} refuse 2 pièces du {dossier} (pièce non signée).",
        f"Le {control} est achevé pour le {dossier}",
        f"La certification du {dossier} est retirée.",
    ]
