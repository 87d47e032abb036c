"""The paper in a bundle is what people pay by: it shows what the events say, or is refused."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from application.files.store import FileStore
from application.papers.dossier import dossier_pdf
from application.papers.dossier_layouts.layouts import LATEST, LAYOUTS
from application.proof.bundle_checks.paper import STATUS_WORDS
from domain.kernel.dossier_status import STATUS_LABELS
from tests.support.papers.bundles import checks, line_of, members, signed_again, wrong
from tests.support.papers.forged_bundles import FOLDER, FORGED_BUNDLES
from tests.support.papers.pdf_text import text as words
from tests.support.papers.printed_dossiers import dossier
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import World

OURS = b"Typst 0.15.1"


@pytest.fixture
def contents(world: World, tmp_path: Path) -> dict[str, bytes]:
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    return members(claim.export(claim.paid(*claim.attested(2)), tmp_path / "bundle.zip"))


def laid_out(contents: dict[str, bytes], layout: int = LATEST, **changes: Any) -> bytes:
    facts = json.loads(contents["dossier.json"]) | changes
    return LAYOUTS[layout](facts, contents["checkpoint"].decode())


def with_paper(tmp_path: Path, contents: dict[str, bytes], paper: bytes) -> Path:
    return signed_again(tmp_path / "forged.zip", {**contents, "dossier.pdf": paper})


def warning_of(bundle: Path) -> str:
    """What is told of its paper, all else being well."""
    results = checks(bundle)
    assert all(check.ok for check in results)
    (warning,) = [check.text for check in results if check.warning and check.text.startswith("pdf: ")]
    return warning


def elsewhere(paper: bytes) -> bytes:
    """The paper as another version of Typst would have made it."""
    assert OURS in paper
    return paper.replace(OURS, b"Typst 0.14.0")


def test_the_paper_is_laid_out_again_byte_for_byte(contents: dict[str, bytes], tmp_path: Path):
    assert laid_out(contents) == contents["dossier.pdf"]
    assert line_of(with_paper(tmp_path, contents, laid_out(contents)), "pdf").endswith("byte for byte")


@pytest.mark.parametrize("paper", [b"", b"%PDF-1.4 stand-in\n", b"<html>PAYE</html>"])
def test_what_is_no_paper_of_ours_is_refused(contents: dict[str, bytes], tmp_path: Path, paper: bytes):
    assert wrong(with_paper(tmp_path, contents, paper)).startswith("pdf: dossier.pdf is not what the dossier's facts")


@pytest.mark.parametrize("changes", [{"status": "CERTIFIED"}, {"amount": "900.00"}, {"names": {}, "territory": "75"}])
def test_a_paper_that_says_something_else_is_refused(contents, tmp_path: Path, changes: dict[str, Any]):
    paper = laid_out(contents, **changes)
    assert "is not what the dossier's facts are laid out as" in wrong(with_paper(tmp_path, contents, paper))
    assert "it shows other words" in wrong(with_paper(tmp_path, contents, elsewhere(paper)))


def test_a_paper_of_another_version_of_typst_has_the_words_of_the_facts_and_that_is_told(contents, tmp_path: Path):
    warning = warning_of(with_paper(tmp_path, contents, elsewhere(contents["dossier.pdf"])))
    assert "its bytes cannot be compared: it was laid out by Typst 0.14.0 with" in warning


def test_a_paper_of_an_older_layout_is_not_accepted_under_a_newer_number(contents, tmp_path: Path):
    newer = contents["dossier.json"].replace(b'"layout": %d' % LATEST, b'"layout": %d' % (LATEST + 1))
    warning = warning_of(signed_again(tmp_path / "forged.zip", {**contents, "dossier.json": newer}))
    assert f"layout {LATEST + 1}, newer than this program: it was not compared" in warning


@pytest.mark.parametrize("name", ["genuine", "genuine-signed-before-rotation"])
def test_the_papers_of_old_bundles_are_laid_out_as_they_were(name: str):
    assert all(bundle.path.parent == FOLDER for bundle in FORGED_BUNDLES)
    contents = members(FOLDER / f"{name}.zip")
    assert {laid_out(contents, layout) for layout in (1, 2)} == {contents["dossier.pdf"]}


def test_the_second_layout_shows_a_scan_that_stands_for_several_animations():
    contents = members(FOLDER / "genuine.zip")
    first, second = (json.loads(contents["dossier.json"])["lines"][place] for place in (0, 1))
    lines = [first, {**second, "sheet": first["sheet"]}]
    assert laid_out(contents, 1, lines=lines) != laid_out(contents, 2, lines=lines)


def test_papers_of_the_third_layout_keep_their_bytes():
    paper = dossier_pdf(dossier(lines=2), accessible=False)
    assert sha256(paper).hexdigest() == "91edfca7962007324a02a19b3622ecc867d1e18c4f567fca6011e60444e50156"


def test_the_fourth_layout_says_the_words_of_the_third_to_screen_readers_too(contents: dict[str, bytes]):
    third, fourth = laid_out(contents, 3), laid_out(contents, 4)
    assert (b"<pdfuaid:part>1<" in third, b"<pdfuaid:part>1<" in fourth) == (False, True)
    assert words(third) == words(fourth)


def test_a_paper_of_the_third_layout_is_still_compared_byte_for_byte(contents: dict[str, bytes], tmp_path: Path):
    old = contents["dossier.json"].replace(b'"layout": %d' % LATEST, b'"layout": 3')
    paper = {**contents, "dossier.json": old, "dossier.pdf": laid_out(contents, 3)}
    assert line_of(signed_again(tmp_path / "old.zip", paper), "pdf").endswith("byte for byte")
    dressed = {**contents, "dossier.json": old}
    assert "is not what the dossier's facts are laid out as" in wrong(
        with_paper(tmp_path, dressed, contents["dossier.pdf"])
    )


def test_what_a_paper_says_of_the_status_is_never_taken_for_a_name() -> None:
    silent = [label for label in STATUS_LABELS.values() if not STATUS_WORDS & set(label.casefold().split())]
    assert silent == []
