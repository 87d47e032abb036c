"""The page derives dossier.json from the events, as the command line does: what the signer writes there is no proof."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from application.animations.attendance_sheets import AttendanceSheetAttach, AttendanceSheetWithdraw
from application.animations.commands import AnimationAttest
from application.controls import ControlClose, ControlOpen, ControlPieceJudge
from application.conventions import ConventionAmend, StructureMove, StructureRename
from application.files.store import FileStore
from application.proof.facts.dossier_facts import facts_of
from application.proof.notes import to_pem
from application.service_dossiers.amendments import (
    ServiceAmendmentAccept,
    ServiceAmendmentPropose,
    ServiceAmendmentRefuse,
)
from application.service_dossiers.commands import (
    ServiceDossierCertify,
    ServiceDossierGather,
    ServiceDossierReturn,
    ServiceDossierSubmit,
    ServicePaymentRecord,
    ServicePieceAttach,
    ServicePieceWithdraw,
)
from application.service_dossiers.withdrawal import CertificationWithdraw, ServiceRecoveryRecord
from domain.controls.pieces import ReasonCode, pieces_of
from tests.application.proof.test_verifier_page import needs_node, verdicts
from tests.support.draws import sign_and_draw
from tests.support.papers.bundles import checks, members, record_of, signed_again
from tests.support.papers.dossiers import pdf
from tests.support.papers.pdf_text import page_texts
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import AUDITOR, COORDONNATEUR, NATIONAL, REASONS, SIRET, STRUCTURE, STRUCTURE_ID, World

#: Of the same town, another establishment.
MOVED_TO = "21971101700026"


@pytest.fixture
def claim(world: World, tmp_path: Path) -> Claim:
    world.sign()
    return Claim(world, FileStore(tmp_path / "files"))


def attaches(claim: Claim, kind: type[Any], title: str, **values: Any) -> str:
    with claim.files.draft(io.BytesIO(pdf(title=title))) as draft:
        file = {"media_type": "application/pdf", "size": draft.size, "sha256": draft.sha256, "draft": draft}
        claim.world.does(kind(**values, **file), STRUCTURE)
        return draft.sha256


def with_everything(claim: Claim) -> UUID:
    """Two rates, pages and pieces in the place of others, sent back, amended, paid, withdrawn and recovered."""
    world = claim.world
    first, second = claim.attested(2)
    world.does(StructureRename(structure_id=STRUCTURE_ID, name="Basse-Terre", reason="Usage"), NATIONAL)
    moved = StructureMove(structure_id=STRUCTURE_ID, siret=MOVED_TO, on=world.now.date(), reason="Fin du bail")
    world.does(moved, NATIONAL)
    terms = {"rate_per_animation": Decimal("175.00"), "required_pieces": ("RIB",), "effective_from": world.now.date()}
    world.does(ConventionAmend(convention_id=world.conventions[0], **terms, reason="Barème"), NATIONAL)
    later = world.creates(title="Café d'automne")
    world.publishes(later)
    world.now += timedelta(days=1)
    world.does(AnimationAttest(animation_id=later, parents=4), STRUCTURE)
    page = attaches(claim, AttendanceSheetAttach, "Verso", animation_id=first)
    redone = {"animation_id": first, "replaces": page, "reason": "Illisible"}
    page = attaches(claim, AttendanceSheetAttach, "Verso relu", **redone)
    attaches(claim, AttendanceSheetAttach, "Annexe", animation_id=first)
    world.does(AttendanceSheetWithdraw(animation_id=first, sha256=page, reason="Autre jour"), STRUCTURE)
    dossier_id = claim.opened(first, second, later)
    about = {"dossier_id": dossier_id}
    iban = attaches(claim, ServicePieceAttach, "RIB", **about, piece="RIB")
    attaches(claim, ServicePieceAttach, "RIB lisible", **about, piece="RIB", replaces=iban, reason="Illisible")
    spare = attaches(claim, ServicePieceAttach, "Autre RIB", **about, piece="RIB")
    world.does(ServicePieceWithdraw(**about, piece="RIB", sha256=spare, reason="Ancien compte"), STRUCTURE)
    world.does(ServiceDossierSubmit(**about), STRUCTURE)
    world.does(ServiceDossierReturn(**about, reason="À revoir"), COORDONNATEUR)
    world.does(ServiceDossierGather(**about, animation_ids=(first, later, second)), STRUCTURE)
    world.does(ServiceDossierSubmit(**about), STRUCTURE)
    world.does(ServiceDossierCertify(**about, **REASONS), COORDONNATEUR)
    for animation_id, parents in ((later, 3), (first, 0)):
        amended = {**about, "animation_id": animation_id, "parents": parents, "reason": "Signatures en double"}
        world.does(ServiceAmendmentPropose(**amended), STRUCTURE)
    world.does(ServiceAmendmentRefuse(**about, number=1, reason="Sans preuve"), COORDONNATEUR)
    world.does(ServicePaymentRecord(**about, paid_on=world.now.date(), reference="VIR-1"), NATIONAL)
    world.does(ServiceAmendmentAccept(**about, number=2), COORDONNATEUR)
    world.does(CertificationWithdraw(**about, reason="Feuille non signée"), COORDONNATEUR)
    back = {"amount": Decimal("150.00"), "recovered_on": world.now.date(), "reference": "TITRE-7"}
    world.does(ServiceRecoveryRecord(**about, **back), COORDONNATEUR)
    return dossier_id


def controlled(claim: Claim) -> UUID:
    world, animations = claim.world, claim.attested(1)
    dossier_id = claim.certified(*animations)
    day = {"period_from": world.now.date(), "period_until": world.now.date()}
    control_id = world.does(ControlOpen(name="Contrôle", share_percent=100, **day), AUDITOR).subject_id
    sign_and_draw(world.app, world.now)
    for place, piece in enumerate(pieces_of(animations, [])):
        verdict = {"accepted": False, "reason_code": ReasonCode.UNSIGNED} if place == 0 else {"accepted": True}
        judged = ControlPieceJudge(control_id=control_id, dossier_id=dossier_id, piece=piece, **verdict)
        world.does(judged, AUDITOR)
    world.does(ControlClose(control_id=control_id, conclusion="Une réserve"), AUDITOR)
    return dossier_id


def test_the_paper_names_the_structure_as_it_is_now(claim: Claim, tmp_path: Path):
    contents = members(claim.export(with_everything(claim), tmp_path / "bundle.zip"))
    shown = json.loads(contents["dossier.json"])
    assert (shown["structure"]["name"], shown["structure"]["siret"]) == ("Basse-Terre", MOVED_TO)
    # The convention stands as it was signed.
    assert shown["convention"]["siret"] == SIRET
    paper = " ".join(page_texts(contents["dossier.pdf"]))
    assert "219 711 017 00026" in paper
    assert "219 711 017 00018" not in paper


@needs_node
@pytest.mark.parametrize("story", [with_everything, controlled])
def test_the_page_derives_whatever_a_dossier_holds(story: Any, claim: Claim, tmp_path: Path):
    bundle = claim.export(story(claim), tmp_path / "bundle.zip")
    assert checks(bundle)[-1].ok, checks(bundle)[-1].text
    (results,) = verdicts([(bundle, to_pem(KEY.public))])
    assert results[-1]["ok"], results[-1]


def places(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """Where each text, number or null stands."""
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, *path, key)
    else:
        yield path


def changed(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return "un mot"
    return f"{value}9" if isinstance(value, str) else value + 1 if isinstance(value, int) else [*value, "un mot"]


@needs_node
def test_what_the_signer_changes_in_dossier_json_is_refused_by_both(claim: Claim, tmp_path: Path):
    """Each value but the words of encrypted texts and of the signer, one at a time: forty of them."""
    contents = members(claim.export(with_everything(claim), tmp_path / "bundle.zip"))
    shown = json.loads(contents["dossier.json"])
    facts = facts_of(UUID(shown["dossier_id"]), records(contents))
    clear = [path for path in places(facts) if not str(at(facts, path)).startswith("sealed:")]
    forged = []
    for number, path in enumerate([(), *Random(7).sample(clear, 40)]):
        altered = json.loads(contents["dossier.json"])
        if path:
            at(altered, path[:-1])[path[-1]] = changed(at(altered, path))
        # Of nothing altered, written in another form.
        text = json.dumps(altered, indent=2 if path else 3, ensure_ascii=False).encode()
        forged.append(signed_again(tmp_path / f"{number}.zip", {**contents, "dossier.json": text}))
    verdict_lists = verdicts([(bundle, to_pem(KEY.public)) for bundle in forged])
    assert [(results[-1]["ok"], results[-1]["step"]) for results in verdict_lists] == [(False, "dossier")] * len(forged)
    assert [checks(bundle)[-1].text.partition(":")[0] for bundle in forged] == ["dossier"] * len(forged)


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def records(contents: dict[str, bytes]) -> list[Any]:
    return [record_of(line) for line in contents["events.jsonl"].splitlines(keepends=True)]
