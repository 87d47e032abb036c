"""A bundle that may leave something out says so to whoever pays, in both verifiers, and is refused where they ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from application.files.store import FileStore
from application.proof.bundle_checks.opened_bundle import Demands
from application.proof.notes import to_pem
from application.proof.public_keys import read_public_keys
from application.proof.verifying import Check, verify
from cli.main import app
from tests.application.proof.test_verifier_page import PAGE, needs_node, verdicts
from tests.support.browser.chromium import chromium
from tests.support.papers.forged_bundles import FOLDER
from tests.support.papers.forging_bundles import forged_with_map, taken_apart
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import World

BEFORE = "it is from before the log told who has to sign: ask for a new bundle"
NONE = "none is shown; later events cannot be excluded"
OWN_KEY, OLD_KEY = to_pem(KEY.public), (FOLDER / "key.pem").read_text()


@pytest.fixture
def bundles(world: World, tmp_path: Path) -> dict[str, tuple[Path, str]]:
    """One of today, one whose map was committed in the form of before, and one of before there were maps."""
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    honest = claim.export(claim.paid(*claim.attested(2)), tmp_path / "today.zip")
    events = taken_apart(honest).events
    return {
        "today": (honest, OWN_KEY),
        "rule left out": (forged_with_map(tmp_path / "v1.zip", honest, events, is_of_before=True), OWN_KEY),
        "no map": (FOLDER / "genuine.zip", OLD_KEY),
    }


def results(bundle: tuple[Path, str], *, complete: bool = False) -> list[Check]:
    return list(verify(bundle[0], read_public_keys(bundle[1]), Demands(complete=complete)))


@needs_node
def test_what_may_be_left_out_is_told_by_both_and_refused_where_completeness_is_required(
    bundles: dict[str, tuple[Path, str]],
) -> None:
    grave = {"today": [], "rule left out": [f"completeness: {BEFORE}"], "no map": [f"completeness: {NONE}"]}
    assert {name: [c.text for c in results(bundle) if c.grave] for name, bundle in bundles.items()} == grave
    in_the_page = dict(zip(bundles, verdicts(list(bundles.values())), strict=True))

    def grave_lines(lines: list[dict[str, Any]]) -> list[str]:
        return [f"{line['step']}: {line['text']}" for line in lines if line.get("grave")]

    assert {name: grave_lines(lines) for name, lines in in_the_page.items()} == grave
    refusal = "complete: it may leave something out, and must not: "
    assert results(bundles["no map"], complete=True)[-1] == Check(False, refusal + NONE)
    assert [check.text for check in results(bundles["today"], complete=True)][-1] == "complete: nothing is left out"
    # Its paper is the one of the bundle that it was forged from.
    assert results(bundles["rule left out"], complete=True)[-1].text.startswith("pdf: ")


def test_the_command_warns_and_refuses() -> None:
    arguments = [
        "audit",
        "verify",
        str(FOLDER / "genuine.zip"),
        "--key",
        str(FOLDER / "key.pem"),
        "--require",
        "CERTIFIED",
    ]
    warned = CliRunner().invoke(app, arguments)
    assert (warned.exit_code, f"WARNING  completeness: {NONE}" in warned.output) == (0, True)
    refused = CliRunner().invoke(app, [*arguments, "--require-complete"])
    line = f"WRONG  complete: it may leave something out, and must not: {NONE}"
    assert (refused.exit_code, line in refused.output) == (1, True)


def verdict(page: Page, bundle: tuple[Path, str]) -> tuple[str, list[str]]:
    """What a reader of the page sees: the verdict, and the lines that are marked."""
    page.goto(PAGE.as_uri())
    page.set_input_files("#bundle", bundle[0])
    page.fill("#keys", bundle[1])
    page.get_by_role("button", name="Vérifier").click()
    expect(page.locator("#verdict")).not_to_have_text("Vérification en cours…")
    return page.locator("#verdict").inner_text(), page.locator("#checks .wrong, #checks .warning").all_inner_texts()


def test_a_reader_of_the_page_sees_what_may_be_missing_and_what_they_should_know(
    bundles: dict[str, tuple[Path, str]],
) -> None:
    with chromium() as browser:
        page = browser.new_page()
        accepted, known = verdict(page, bundles["today"])
        warned, lines = verdict(page, bundles["no map"])
        refused, wrong = verdict(page, (bundles["today"][0], OLD_KEY))
    assert accepted == "Tout est juste."
    (paper,) = (line for line in known if "refait toute la mise en page de dossier.pdf" in line)
    assert paper.startswith("À savoir : seuls les mots principaux du PDF sont comparés. ")
    assert not any(line.startswith("ATTENTION") for line in known)
    assert warned.startswith("Ce que montre l'archive est juste, mais quelque chose peut y manquer")
    french = "Aucune carte n'est montrée : d'autres événements ont pu suivre"
    assert f"ATTENTION : quelque chose peut manquer. {french}" in lines
    assert (refused, len(wrong)) == ("Cette archive n'est pas une preuve : voyez la dernière ligne.", 1)
    assert wrong[0].startswith("FAUX : sa liste de fichiers n'est pas signée par cette clé")


def test_a_key_or_a_browser_that_cannot_verify_is_not_taken_for_a_wrong_archive(
    bundles: dict[str, tuple[Path, str]],
) -> None:
    archive, key = bundles["today"]
    with chromium() as browser:
        page = browser.new_page()
        for unreadable in ("bonjour", key.replace("MCow", "MCox")):
            sentence, lines = verdict(page, (archive, unreadable))
            assert (sentence.startswith("Rien n'est vérifié : la clé n'est pas lisible."), lines) == (True, [])
            assert page.evaluate("document.activeElement.id") == "keys"
        # As pages are that came over plain HTTP.
        page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
        sentence, lines = verdict(page, (archive, key))
        assert (sentence.startswith("Rien n'est vérifié : ce navigateur ne le peut pas ici."), lines) == (True, [])
