"""The verifier in one static page: written apart from ours, and held to the same bundles, in Node."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from application.files.store import FileStore
from application.proof.notes import to_pem
from application.service_dossiers.discarding import ServiceDossierDiscard
from tests.support.papers.bundles import checks, members, rewritten, signed_again, wrong
from tests.support.papers.forged_bundles import FORGED_BUNDLES, ForgedBundle
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import STRUCTURE, World

PAGE = Path(__file__).parents[3] / "docs" / "verifier" / "verifier.html"
#: Verify each bundle named on standard input, with the text of its keys.
SCRIPT = """
const fs = require("fs"), [page] = process.argv.slice(1);
require("vm").runInThisContext(fs.readFileSync(page, "utf8").match(/<script>([^]*)<\\/script>/)[1]);
(async () => {
  const verdicts = [];
  for (const [path, keys] of JSON.parse(fs.readFileSync(0, "utf8"))) {
    const results = [];
    for await (const result of verifyBundle(new Uint8Array(fs.readFileSync(path)), keys)) {
      results.push({ ...result, french: inFrench(result.text) });
    }
    verdicts.push(results);
  }
  console.log(JSON.stringify(verdicts));
})();
"""

#: The texts of checks: whole, and with values within.
_TEXTS = re.compile(r'(?:wrong\(|push\(|rule\(.*?, )(?:"((?:[^"\\]|\\.)+)"|`([^`]+)`)\)')
#: Names of files, fields and events stay as they are.
_NAMES = re.compile(r"[\w/:.-]+[.:]\w+|[a-z]+_\w+")
#: Values that are words of the page itself.
_WORDED = {
    "${again}": "since the submission: the dossier has to be submitted again",
    "${by}": "",
    "${message}": "nothing changes",
    '${passkey ? "revoked" : "none of this person\'s"}': "revoked",
}

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node runs the page's script; it is not here")


def verdicts(bundles: Sequence[tuple[Path, str]]) -> list[list[dict[str, Any]]]:
    """What the page says of each bundle, a result for each step."""
    question = json.dumps([(str(path), keys) for path, keys in bundles])
    ran = subprocess.run(["node", "-e", SCRIPT, str(PAGE)], input=question, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    results: list[list[dict[str, Any]]] = json.loads(ran.stdout)
    # Whoever reads the page reads French.
    assert [result["text"] for each in results for result in each if not result["french"]] == []
    return results


@cache
def corpus() -> list[list[dict[str, Any]]]:
    return verdicts([(bundle.path, bundle.key.read_text()) for bundle in FORGED_BUNDLES])


@needs_node
def test_the_page_gives_every_bundle_its_verdict_at_the_same_step():
    results = corpus()

    def expected(bundle: ForgedBundle) -> tuple[bool, str]:
        return bundle.accepted, bundle.step or "pdf"

    for bundle, (*passed, last) in zip(FORGED_BUNDLES, results, strict=True):
        assert all(result["ok"] for result in passed), bundle.name
        assert (last["ok"], last["step"]) == expected(bundle), (bundle.name, last)
        assert not last["text"].startswith("malformed"), (bundle.name, last)


@needs_node
def test_a_reader_of_the_page_is_told_in_french_what_each_check_says():
    words_of = {result["text"]: result["french"] for each in corpus() for result in each}
    page = PAGE.read_text("utf-8")
    words_of |= french([with_values for text in _TEXTS.findall(page) for with_values in _with_things(text, page)])
    assert [text for text, words in words_of.items() if words is None] == []
    english = re.compile(r"\b(the|is|not|of|its|which|events?|where|has|it|topic|member)\b")
    assert [words for words in words_of.values() if english.search(_NAMES.sub("", words))] == []


def _with_things(text: tuple[str, str], page: str) -> list[str]:
    """Return a text with each thing that the page names in its place."""
    if "${what}" not in text[1]:
        return [_with_values(text)]
    named = {*re.findall(r'(?:exactly|open|splitNote|text)\(.*?, "(it|(?:the|an?) [^"]+)"\)', page), "checkpoint"}
    assert len(named) > 5
    return [_with_values((text[0], text[1].replace("${what}", thing))) for thing in sorted(named)]


def _with_values(text: tuple[str, str]) -> str:
    plain, template = text
    for value, words in _WORDED.items():
        template = template.replace(value, words)
    return plain.replace('\\"', '"') or re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", "7", template)


def french(texts: Sequence[str]) -> dict[str, str | None]:
    """What the page says in French of such texts."""
    script = (
        SCRIPT.partition("(async")[0] + "console.log(JSON.stringify(JSON.parse(fs.readFileSync(0)).map(inFrench)));"
    )
    ran = subprocess.run(["node", "-e", script, str(PAGE)], input=json.dumps(texts), capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return dict(zip(texts, json.loads(ran.stdout), strict=True))


@pytest.fixture
def bundle(world: World, tmp_path: Path) -> Path:
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    return claim.export(claim.paid(*claim.attested(2)), tmp_path / "bundle.zip")


@needs_node
def test_the_page_accepts_a_paid_dossier_and_proves_that_nothing_was_left_out(bundle: Path):
    (results,) = verdicts([(bundle, to_pem(KEY.public))])
    assert all(result["ok"] for result in results), results[-1]
    (complete,) = (result["text"] for result in results if result["step"] == "completeness")
    assert complete.endswith("nothing further had happened to these streams")


@needs_node
def test_the_page_refuses_a_changed_byte_another_key_and_a_member_left_out(bundle: Path, tmp_path: Path):
    content = bundle.read_bytes()
    flipped = tmp_path / "flipped.zip"
    flipped.write_bytes(content[:-400] + bytes([content[-400] ^ 1]) + content[-399:])
    without = rewritten(
        tmp_path / "without.zip", {name: held for name, held in members(bundle).items() if name != "keys"}
    )
    stranger = to_pem(b"\x01" * 32)
    changed, unknown, missing = verdicts(
        [(flipped, to_pem(KEY.public)), (bundle, stranger), (without, to_pem(KEY.public))]
    )
    assert [results[-1]["ok"] for results in (changed, unknown, missing)] == [False] * 3
    assert (changed[-1]["step"], unknown[-1]["step"], missing[-1]["step"]) == ("archive", "manifest", "archive")


def test_the_shapes_in_the_page_are_those_of_the_code():
    page = runpy.run_path(str(PAGE.with_name("write_shapes.py")))["page"]
    assert page() == PAGE.read_text("utf-8"), "write them anew with: make reference"


#: What anybody may write behind a manifest: no digest covers its signature lines.
SIGNATURE_LINES = {
    "another's": "— w AAAAAAAA",
    "the same again": None,
    "too short": "— w AAAA",
    "of a name with a plus": "— w+x AAAAAAAA",
    "of a name that shows nothing": "— w\u200bx AAAAAAAA",
    "of another spelling": "— w AAAAAAB=",
    "with a tab": "— w\tx AAAAAAAA",
    "without a dash": "w AAAAAAAA",
    "empty": "",
}


@needs_node
def test_both_verifiers_refuse_what_is_written_beside_the_signature_of_a_manifest(bundle: Path, tmp_path: Path):
    contents, altered = members(bundle), list[Path]()
    text, _, own = contents["manifest"].decode().rpartition("\n\n")
    for name, line in SIGNATURE_LINES.items():
        line = own if line is None else f"{line}\n"
        for place, lines in (("before", line + own), ("after", own + line)):
            contents["manifest"] = f"{text}\n\n{lines}".encode()
            altered.append(rewritten(tmp_path / f"{name}, {place}.zip", contents))
    contents["manifest"] = (f"{text}\n\n{own}" + "— w AAAAAAAA\n" * 63).encode()
    altered.append(rewritten(tmp_path / "64 signatures.zip", contents))
    results = verdicts([(each, to_pem(KEY.public)) for each in altered])
    assert {each.stem: (last["ok"], last["step"]) for each, (*_, last) in zip(altered, results, strict=True)} == {
        each.stem: (False, "manifest") for each in altered
    }
    assert {each.stem for each in altered if not wrong(each).startswith("manifest: ")} == set()


@needs_node
def test_both_verifiers_refuse_shapes_that_no_log_writes_at_the_same_step(bundle: Path, tmp_path: Path):
    contents = members(bundle)
    completeness, shown = json.loads(contents["completeness.json"]), json.loads(contents["dossier.json"])
    keys = contents["keys"].decode().partition("\n\n")[0].split("\n")
    log = keys[1]

    def listed(*lines: str) -> bytes:
        return KEY.sign("".join(f"{line}\n" for line in lines), log).encode()

    values = ("completeness", "completeness.json")
    lists = ("manifest", "keys")
    forged = [
        (*values, json.dumps({**completeness, "values": {}}).encode()),
        (*values, json.dumps({**completeness, "values": None}).encode()),
        ("dossier", "dossier.json", b"null"),
        ("dossier", "dossier.json", orjson.dumps({**shown, "structure": None}, option=orjson.OPT_INDENT_2)),
        ("dossier", "dossier.json", orjson.dumps({**shown, "lines": 1}, option=orjson.OPT_INDENT_2)),
        (*lists, listed(*keys, keys[2])),
        (*lists, listed(*keys, "")),
        (*lists, listed(*keys[:2], keys[2].replace("0 -", "00 -"))),
        (*lists, listed(*keys[:2], keys[2].replace("0 -", "0 9999"))),
        (*lists, listed(*keys[:2], keys[2].replace(log, "another"))),
        ("manifest", "manifest", contents["manifest"].replace(shown["dossier_id"].encode(), b"No dossier")),
    ]
    altered = []
    for number, (_, name, content) in enumerate(forged):
        path = tmp_path / f"{number}.zip"
        changed = {**contents, name: content}
        altered.append(rewritten(path, changed) if name == "manifest" else signed_again(path, changed))
    results = verdicts([(each, to_pem(KEY.public)) for each in altered])
    steps = [(last["ok"], last["step"], "malformed" in last["text"]) for *_, last in results]
    assert steps == [(False, step, False) for step, *_ in forged]
    assert [wrong(each).partition(":")[0] for each in altered] == [step for step, *_ in forged]


@needs_node
def test_both_verifiers_follow_a_dossier_that_was_given_up(world: World, tmp_path: Path):
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    dossier_id = claim.opened(*claim.attested(2))
    world.does(ServiceDossierDiscard(dossier_id=dossier_id, reason="Période fausse"), STRUCTURE)
    path = claim.export(dossier_id, tmp_path / "bundle.zip")
    assert all(check.ok for check in checks(path))
    (results,) = verdicts([(path, to_pem(KEY.public))])
    assert all(result["ok"] for result in results), results[-1]
