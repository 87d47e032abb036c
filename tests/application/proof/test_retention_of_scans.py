"""Signed sheets and pieces are deleted some time after the payment; what they proved stays proved."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from application.files.store import FileExpired, FileMissing, FileStore
from application.hosting.setting_groups import RetentionSettings
from application.logos.commands import SetLogo, WithdrawLogo
from application.proof.public_keys import PublicKey
from application.proof.verifying import verify
from cli.people.retaining import erasures, find_overdue
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.registry import projections
from tests.support.papers import second_verifier
from tests.support.papers.bundles import line_of
from tests.support.papers.dossiers import png
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import STRUCTURE, STRUCTURE_ID, World


@pytest.fixture
def claim(world: World, tmp_path: Path) -> Claim:
    world.sign()
    return Claim(world, FileStore(tmp_path / "files"))


def digests(folder: Path) -> set[str]:
    return {path.parent.name + path.name for path in folder.glob("??/*") if path.suffix != ".expired"}


def age(folder: Path, claim: Claim) -> None:
    """The files as they would be on a disk whose clock is the world's."""
    moment = claim.world.now.timestamp()
    for path in folder.glob("??/*"):
        os.utime(path, (moment, moment))


def retained(claim: Claim, folder: Path, after: timedelta) -> set[str]:
    """Does what is due by then; returns the files that are left."""
    with claim.world.app.pool.connection() as conn:
        prepare(conn, projections)
        catch_up(conn, claim.world.app.vault)
        overdue = find_overdue(conn, claim.files, RetentionSettings(), claim.world.now + after)
    for erasure in erasures(claim.world.app, claim.files, overdue, claim.world.now + after):
        erasure()
    return digests(folder)


YEARS = timedelta(days=365)


def test_a_paid_dossiers_files_are_deleted_after_the_term_and_not_before(claim: Claim, tmp_path: Path):
    claim.paid(*claim.attested(2))
    folder = tmp_path / "files"
    age(folder, claim)
    assert len(retained(claim, folder, 4 * YEARS)) == 2
    assert retained(claim, folder, 6 * YEARS) == set()


def test_what_is_not_paid_is_kept_for_as_long_as_it_may_be(claim: Claim, tmp_path: Path):
    claim.certified(*claim.attested(1))
    age(tmp_path / "files", claim)
    assert len(retained(claim, tmp_path / "files", 20 * YEARS)) == 1


def test_sheets_that_no_dossier_holds_have_a_term_too(claim: Claim, tmp_path: Path):
    claim.attested(1)
    age(tmp_path / "files", claim)
    assert len(retained(claim, tmp_path / "files", 4 * YEARS)) == 1
    assert retained(claim, tmp_path / "files", 6 * YEARS) == set()


def test_a_file_that_still_proves_something_elsewhere_stays(claim: Claim, tmp_path: Path):
    first, second = claim.attested(2)
    claim.paid(first)
    claim._attach_sheet(second, 0)
    claim.certified(second)
    age(tmp_path / "files", claim)
    # The first sheet is that of the second dossier too, which is not paid; so is the one that it replaced there.
    assert len(retained(claim, tmp_path / "files", 6 * YEARS)) == 2


def test_a_logo_stays_for_as_long_as_papers_show_it(claim: Claim, tmp_path: Path):
    with claim.files.draft(io.BytesIO(png())) as draft:
        file = {"media_type": "image/png", "size": draft.size, "sha256": draft.sha256, "draft": draft}
        claim.world.does(SetLogo(structure_id=STRUCTURE_ID, **file), STRUCTURE)
    age(tmp_path / "files", claim)
    assert len(retained(claim, tmp_path / "files", 20 * YEARS)) == 1
    claim.world.does(WithdrawLogo(structure_id=STRUCTURE_ID), STRUCTURE)
    assert retained(claim, tmp_path / "files", 6 * YEARS) == set()


def test_a_bundle_says_expired_and_proves_the_rest(claim: Claim, tmp_path: Path):
    dossier_id: UUID = claim.paid(*claim.attested(2))
    age(tmp_path / "files", claim)
    retained(claim, tmp_path / "files", 6 * YEARS)
    bundle = claim.export(dossier_id, tmp_path / "bundle.zip")
    checks = list(verify(bundle, [PublicKey(KEY.public)]))
    assert all(check.ok for check in checks), checks
    assert "2 expired" in line_of(bundle, "files")
    second_verifier.verify(bundle, KEY.public)


def test_an_expired_file_is_no_missing_one(claim: Claim, tmp_path: Path):
    claim.paid(*claim.attested(1))
    (sha256,) = digests(tmp_path / "files")
    age(tmp_path / "files", claim)
    retained(claim, tmp_path / "files", 6 * YEARS)
    with pytest.raises(FileExpired, match="conservation"):
        claim.files.read(sha256)
    with pytest.raises(FileMissing):
        claim.files.read("0" * 64)


def test_a_file_that_is_gone_without_a_word_is_missing_from_a_bundle(claim: Claim, tmp_path: Path):
    dossier_id = claim.paid(*claim.attested(1))
    bundle = claim.export(dossier_id, tmp_path / "bundle.zip")
    (sha256,) = digests(tmp_path / "files")
    (tmp_path / "files" / sha256[:2] / sha256[2:]).unlink()
    with pytest.raises(FileMissing):
        claim.export(dossier_id, tmp_path / "again.zip")
    assert list(verify(bundle, [PublicKey(KEY.public)]))[-1].ok
