"""What honest people do is never found against, whatever they do."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from application.animations.commands import AnimationModify, AnimationTextBlank
from application.application import Application, open_application
from application.controls import ControlClose, ControlOpen, ControlPieceJudge
from application.files.store import FileStore
from application.proof.bundle import Prover, gather_proof
from application.proof.completeness.committing import map_commits
from application.proof.rules.bundles import findings_in
from application.proof.rules.judge import Judge
from application.proof.rules.log import judge_log
from application.service_dossiers.amendments import ServiceAmendmentAccept, ServiceAmendmentPropose
from application.service_dossiers.commands import ServicePaymentRecord
from application.service_dossiers.withdrawal import CertificationWithdraw, ServiceRecoveryRecord
from demo import load_season
from domain.animations.events import AnimationTextBlanked
from domain.controls.pieces import ReasonCode, pieces_of
from domain.kernel.actors import Actor, Role
from eventstore.log import read_after
from eventstore.records import Recorded
from tests.support.draws import sign_and_draw
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.seasons import MOMENTS
from tests.support.world import COORDONNATEUR, EVENT_KEYS, MASTER_KEY, NATIONAL, STRUCTURE, World

AUDITOR = Actor(Role.AUDITOR, "auditor")


def findings(app: Application) -> list[str]:
    with app.pool.connection() as conn:
        return list(map(str, judge_log(conn).findings))


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%Y-%m-%d}")
def test_a_season_is_lawful(database_url: str, now):
    with open_application(database_url, MASTER_KEY, EVENT_KEYS) as app:
        load_season(app, 250, 7, now)
        assert findings(app) == []


def test_a_second_season_of_the_same_structures_is_lawful(database_url: str):
    with open_application(database_url, MASTER_KEY, EVENT_KEYS) as app:
        load_season(app, 100, 7, MOMENTS[0])
        load_season(app, 100, 8, MOMENTS[0])
        assert findings(app) == []


@pytest.mark.parametrize("seed", range(6))
def test_what_people_do_at_random_is_lawful(world: World, seed: int):
    world.sign()
    random = Random(seed)
    for _ in range(250):
        world.acts_at_random(random)
    assert findings(world.app) == []


def test_a_paid_dossier_is_lawful_in_the_log_and_in_its_bundle(world: World, tmp_path: Path):
    claim = Claim(world, FileStore(tmp_path / "files"))
    dossier_id = claim.paid(*claim.attested(2))
    with world.app.pool.connection() as conn:
        prover = Prover(world.app.vault, KEY, map_commits(world.app.execute))
        leaves = gather_proof(conn, prover, dossier_id, world.now).leaves
    assert list(findings_in(leaves)) == []
    assert findings(world.app) == []


def test_what_is_withdrawn_amended_and_recovered_is_lawful_in_the_log_and_in_its_bundle(world: World, tmp_path: Path):
    claim = Claim(world, FileStore(tmp_path / "files"))
    animations = claim.attested(2)
    dossier_id = claim.paid(*animations)
    nobody = ServiceAmendmentPropose(dossier_id=dossier_id, animation_id=animations[0], parents=0, reason="Personne")
    world.does(nobody, STRUCTURE)
    world.does(ServiceAmendmentAccept(dossier_id=dossier_id, number=2), COORDONNATEUR)
    world.does(CertificationWithdraw(dossier_id=dossier_id, reason="Feuille non signée"), COORDONNATEUR)
    back = {"amount": Decimal("150.00"), "recovered_on": world.now.date(), "reference": "TITRE-7"}
    for _ in range(2):
        world.does(ServiceRecoveryRecord(dossier_id=dossier_id, **back), COORDONNATEUR)
    with world.app.pool.connection() as conn:
        prover = Prover(world.app.vault, KEY, map_commits(world.app.execute))
        leaves = gather_proof(conn, prover, dossier_id, world.now).leaves
    assert list(findings_in(leaves)) == []
    assert findings(world.app) == []


def test_a_control_is_lawful_from_its_announcement_to_a_refusal_that_is_taken_back(world: World, tmp_path: Path):
    claim = Claim(world, FileStore(tmp_path / "files"))
    animations = claim.attested(1)
    dossier_id = claim.certified(*animations)
    day = {"period_from": world.now.date(), "period_until": world.now.date()}
    control_id = world.does(ControlOpen(name="Contrôle", share_percent=100, **day), AUDITOR).subject_id
    sign_and_draw(world.app, world.now)
    about = {"control_id": control_id, "dossier_id": dossier_id}
    sheet, *others = reversed(pieces_of(animations, []))
    refusal = {"accepted": False, "reason_code": ReasonCode.UNSIGNED}
    world.does(ControlPieceJudge(**about, piece=sheet, **refusal), AUDITOR)
    for piece in others:
        world.does(ControlPieceJudge(**about, piece=piece, accepted=True), AUDITOR)
    world.does(ControlClose(control_id=control_id, conclusion="Une réserve"), AUDITOR)
    world.does(ControlPieceJudge(**about, piece=sheet, accepted=True, comment="Au verso"), AUDITOR)
    world.does(ServicePaymentRecord(dossier_id=dossier_id, paid_on=world.now.date(), reference="VIR-2"), NATIONAL)
    with world.app.pool.connection() as conn:
        prover = Prover(world.app.vault, KEY, map_commits(world.app.execute))
        leaves = gather_proof(conn, prover, dossier_id, world.now).leaves
    assert list(findings_in(leaves)) == []
    assert findings(world.app) == []


def test_a_text_that_is_blanked_in_a_paid_dossier_is_lawful_in_the_log_and_in_its_bundle(world: World, tmp_path: Path):
    claim = Claim(world, FileStore(tmp_path / "files"))
    described = world.creates(description="Appelez Zoé Exemple", venue_name="Chez Zoé")
    for changes in ({"seats": 9}, {"description": "Corrigé"}, {"venue_name": "Salle A"}):
        world.does(AnimationModify(animation_id=described, changes=changes), STRUCTURE)
    dossier_id = claim.paid(*claim.attested(1))
    for version in (2, 3):
        world.does(AnimationTextBlank(animation_id=described, version=version, reason="Un nom"), NATIONAL)
    with world.app.pool.connection() as conn:
        prover = Prover(world.app.vault, KEY, map_commits(world.app.execute))
        leaves = gather_proof(conn, prover, dossier_id, world.now).leaves
    assert list(findings_in(leaves)) == []
    assert findings(world.app) == []


def test_a_blanking_by_somebody_else_or_of_a_text_in_force_is_found(world: World):
    world.sign()
    animation = world.creates()
    world.does(AnimationModify(animation_id=animation, changes={"description": "Corrigé"}), STRUCTURE)
    blanked = world.does(AnimationTextBlank(animation_id=animation, version=1, reason="Un nom"), NATIONAL)
    with world.app.pool.connection() as conn:
        records = read_after(conn, 0, 1_000)
    *before, last = records
    assert last.position == blanked.position

    def findings_of(record: Recorded) -> list[str]:
        judge = Judge()
        taken = [finding for each in (*before, record) for finding in judge.take(each, each.event.schema_version())]
        return [str(finding) for finding in (*taken, *judge.end())]

    assert any("the role structure has no right" in finding for finding in findings_of(_by(last, Role.STRUCTURE)))
    in_force = last._replace(event=AnimationTextBlanked(version=2, reason="Un nom"))
    assert any("encore celui de l'animation" in finding for finding in findings_of(in_force))


def _by(record: Recorded, role: Role) -> Recorded:
    return record._replace(stamp=record.stamp.model_copy(update={"role": role}))
