"""The auditor's bundle: it proves a dossier alone, and not a byte of it can change unseen."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest

from application.application import Application
from application.files.store import BadStoredFile, FileStore
from application.proof.checkpoints import CERTIFICATION
from application.proof.dossier_streams import NotADossier
from application.proof.notes import SigningKey
from application.proof.signing import make_checkpoint, take_up_key
from application.service_dossiers.withdrawal import CertificationWithdraw
from tests.support.papers import second_verifier
from tests.support.papers.bundles import checks, line_of, members, rewritten, signed_again, wrong
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.soak import TIMES
from tests.support.world import COORDONNATEUR, World

OTHER_KEY = SigningKey.from_seed(b"o" * 32)


@pytest.fixture
def claim(world: World, tmp_path: Path) -> Claim:
    world.sign()
    return Claim(world, FileStore(tmp_path / "files"))


@pytest.fixture
def bundle(claim: Claim, tmp_path: Path) -> Path:
    return claim.export(claim.paid(*claim.attested(2)), tmp_path / "bundle.zip")


def test_a_bundle_is_checked_line_by_line(bundle: Path):
    steps = [check.text.partition(":")[0] for check in checks(bundle) if not check.warning]
    assert steps == [
        *("archive", "manifest", "checkpoint", "events", "consistency", "dossier"),
        *("completeness", "rules", "files", "pdf", "as of"),
    ]
    assert line_of(bundle, "dossier") == "dossier: PAID, 2 animations, 300.00 euros, as the events say"
    assert line_of(bundle, "rules").startswith("rules: 2 animations × 150.00 = 300.00 euros; rate, plan")
    assert line_of(bundle, "files").startswith("files: 2 attached sheets")


def test_a_second_verifier_that_shares_no_code_comes_to_the_same(bundle: Path):
    amount, events = second_verifier.verify(bundle, KEY.public)
    assert amount == "300.00"
    assert f"events: {events} events" in line_of(bundle, "events")


def test_the_dossier_is_told_in_json_with_both_figures_after_an_amendment(bundle: Path):
    facts = json.loads(members(bundle)["dossier.json"])
    assert (facts["status"], facts["amount"]) == ("PAID", "300.00")
    first = facts["lines"][0]
    assert (first["submitted"]["parents"], first["attestation"]["parents"], first["corrections"]) == (9, 7, 1)
    (amendment,) = facts["amendments"]
    assert (amendment["before"]["parents"], amendment["parents"], amendment["status"]) == (9, 7, "ACCEPTED")
    assert facts["payment"]["reference"] == "VIR-1"
    types = [entry["type"] for entry in facts["timeline"]]
    assert (types[0], types[-1]) == ("convention.signed", "service_dossier.paid")
    assert "convention.signed" in types
    assert facts["structure"]["name"] == "Ville de Basse-Terre"


def test_the_dossier_is_there_to_be_read_on_paper(bundle: Path):
    import pypdfium2

    document = pypdfium2.PdfDocument(members(bundle)["dossier.pdf"])
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    for expected in ("Ville de Basse-Terre", "300,00", "Café n° 1 : l'été", "VIR-1", "Service fait certifié"):
        assert expected in text.replace("’", "'").replace("\u00a0", " "), expected


def test_the_same_dossier_makes_the_same_bundle(claim: Claim, tmp_path: Path):
    dossier_id = claim.paid(*claim.attested(1))
    first, again = (claim.export(dossier_id, tmp_path / name) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == again.read_bytes()


def test_a_dossier_can_be_exported_before_it_is_certified(claim: Claim, tmp_path: Path):
    bundle = claim.export(claim.submitted(*claim.attested(1)), tmp_path / "early.zip")
    assert all(check.ok for check in checks(bundle))
    assert "rules" not in [check.text.split(":")[0] for check in checks(bundle)]


def test_the_previous_certified_checkpoint_begins_the_one_of_the_bundle(claim: Claim, app: Application, tmp_path: Path):
    first, second = claim.attested(2)
    claim.certified(first)
    with app.pool.connection() as conn:
        from eventstore.log import head

        make_checkpoint(conn, KEY, head(conn), CERTIFICATION, claim.world.now)
    bundle = claim.export(claim.certified(second), tmp_path / "second.zip")
    assert "signed before, begins this one" in line_of(bundle, "consistency")
    assert set(members(bundle)) >= {"previous-checkpoint", "consistency.json"}
    second_verifier.verify(bundle, KEY.public)


def test_after_a_rotation_both_keys_are_needed(claim: Claim, app: Application, tmp_path: Path):
    from eventstore.log import head

    first, second = claim.attested(2)
    claim.certified(first)
    with app.pool.connection() as conn:
        make_checkpoint(conn, KEY, head(conn), CERTIFICATION, claim.world.now)
        take_up_key(conn, OTHER_KEY)
    bundle = claim.export(claim.certified(second), tmp_path / "rotated.zip", OTHER_KEY)
    assert "consistency: signed by an unknown key" in wrong(bundle, OTHER_KEY)
    assert all(check.ok for check in checks(bundle, OTHER_KEY, KEY))


def test_every_flip_of_a_byte_is_found(bundle: Path, tmp_path: Path):
    content, spoilt = bundle.read_bytes(), tmp_path / "spoilt.zip"
    random = Random(4)
    # Every part of the file, and its structure at both ends byte by byte.
    ends = [*range(120), *range(len(content) - 120, len(content))]
    for position in [*ends, *random.sample(range(len(content)), min(400 * TIMES, len(content)))]:
        flipped = bytearray(content)
        flipped[position] ^= 1 << random.randrange(8)
        spoilt.write_bytes(flipped)
        assert not checks(spoilt)[-1].ok, position


@pytest.mark.parametrize("cut", [1, 22, 1_000])
def test_a_bundle_that_was_cut_off_or_continued_is_found(bundle: Path, tmp_path: Path, cut: int):
    spoilt = tmp_path / "spoilt.zip"
    spoilt.write_bytes(bundle.read_bytes()[:-cut])
    assert wrong(spoilt).startswith("archive: ")
    spoilt.write_bytes(bundle.read_bytes() + b"x" * cut)
    assert wrong(spoilt).startswith("archive: ")
    spoilt.write_bytes(b"x" * cut + bundle.read_bytes())
    assert wrong(spoilt).startswith("archive: ")


def test_a_changed_member_is_named(bundle: Path, tmp_path: Path):
    contents = members(bundle)
    for name in contents:
        changed = dict(contents)
        changed[name] = changed[name] + b"\n" if name != "manifest" else changed[name].replace(b"/2", b"/3", 1)
        findings = wrong(rewritten(tmp_path / "spoilt.zip", changed))
        assert name in findings or name == "manifest", (name, findings)


def test_a_member_that_was_added_or_taken_away_is_found(bundle: Path, tmp_path: Path):
    contents = members(bundle)
    added = rewritten(tmp_path / "added.zip", {**contents, "more.txt": b"more"})
    assert "'more.txt' is no member of a bundle" in wrong(added)
    unsigned = f"files/{'0' * 64}"
    added = rewritten(tmp_path / "added.zip", {**contents, unsigned: b"more"})
    assert f"{unsigned} was changed" in wrong(added)
    fewer = {name: content for name, content in contents.items() if not name.startswith("files/")}
    assert "is not what was signed" in wrong(rewritten(tmp_path / "fewer.zip", fewer))


def _events(contents: dict[str, bytes]) -> list[dict]:
    return [json.loads(line) for line in contents["events.jsonl"].splitlines()]


def _put_events(contents: dict[str, bytes], events: list[dict]) -> dict[str, bytes]:
    lines = b"".join(json.dumps(event, separators=(",", ":")).encode() + b"\n" for event in events)
    return {**contents, "events.jsonl": lines}


def test_who_holds_the_key_cannot_forge_history_either(bundle: Path, tmp_path: Path):
    """A manifest signed anew hides nothing: each event must be in the signed tree, in its stream, in its order."""
    contents, forged = members(bundle), tmp_path / "forged.zip"
    events = _events(contents)
    left_out = [event for event in events if event is not events[5]]
    assert "is expected" in wrong(signed_again(forged, _put_events(contents, left_out)))
    swapped = [*events[:5], events[6], events[5], *events[7:]]
    assert "out of order" in wrong(signed_again(forged, _put_events(contents, swapped)))
    other_leaf = [{**events[0], "leaf": events[1]["leaf"], "position": events[1]["position"]}, *events[1:]]
    assert "not in the signed tree" in wrong(signed_again(forged, _put_events(contents, other_leaf)))
    assert wrong(signed_again(forged, _put_events(contents, []))) == "events: there are none"
    raised = contents["dossier.json"].replace(b'"300.00"', b'"900.00"')
    assert "does not say what the events say" in wrong(signed_again(forged, {**contents, "dossier.json": raised}))
    without = {name: content for name, content in contents.items() if not name.startswith("files/")}
    assert "named by the events and missing" in wrong(signed_again(forged, without))
    assert wrong(signed_again(forged, contents, OTHER_KEY)).startswith("manifest: signed by an unknown key")


def test_a_key_that_is_not_trusted_proves_nothing(bundle: Path):
    assert wrong(bundle, OTHER_KEY).startswith("manifest: signed by an unknown key")


def zip_of(path: Path, members_: Iterator[tuple[str, bytes]], compression: int) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members_:
            archive.writestr(name, content)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path):
    bomb = zip_of(tmp_path / "bomb.zip", iter([("manifest", bytes(100_000_000))]), zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 200_000
    assert "compressed" in wrong(bomb)
    crowd = zip_of(tmp_path / "crowd.zip", ((str(n), b"") for n in range(5_001)), zipfile.ZIP_STORED)
    assert "5,001 members" in wrong(crowd)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)], ids=["nothing", "no zip", "empty"])
def test_what_is_no_bundle_is_refused_in_a_line(tmp_path: Path, content: bytes):
    path = tmp_path / "no.zip"
    path.write_bytes(content)
    assert "\n" not in wrong(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path):
    assert "no such file" in wrong(tmp_path / "none.zip")


def test_an_unknown_dossier_is_not_exported_and_no_file_is_left(claim: Claim, tmp_path: Path):
    claim.attested(1)
    with pytest.raises(NotADossier):
        claim.export(uuid4(), tmp_path / "none.zip")
    with pytest.raises(NotADossier):
        claim.export(UUID(int=0), tmp_path / "none.zip")
    assert list(tmp_path.glob("*none*")) == []


def test_a_sheet_that_was_altered_on_disk_stops_the_export(claim: Claim, tmp_path: Path):
    dossier_id = claim.paid(*claim.attested(1))
    (sheet,) = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    sheet.write_bytes(sheet.read_bytes() + b"x")
    with pytest.raises(BadStoredFile):
        claim.export(dossier_id, tmp_path / "bundle.zip")
    assert not (tmp_path / "bundle.zip").exists()


def test_erasing_a_person_leaves_proofs_valid(claim: Claim, tmp_path: Path, app: Application):
    from domain.kernel.actors import SYSTEM
    from tests.support.world import _apply

    dossier_id = claim.paid(*claim.attested(1))
    _apply(claim.world, Random(1))
    before = claim.export(dossier_id, tmp_path / "before.zip")
    app.erase_person(str(claim.world.candidatures[0]), SYSTEM, claim.world.now)
    after = claim.export(dossier_id, tmp_path / "after.zip")
    assert all(check.ok for check in [*checks(before), *checks(after)])


def test_what_is_due_back_is_told(claim: Claim, world: World, tmp_path: Path):
    dossier_id = claim.paid(*claim.attested(2))
    world.does(CertificationWithdraw(dossier_id=dossier_id, reason="Feuille non signée"), COORDONNATEUR)
    bundle = claim.export(dossier_id, tmp_path / "dossier.zip")
    expected = "dossier: WITHDRAWN, 2 animations, 0.00 euros, 300.00 euros due back, as the events say"
    assert line_of(bundle, "dossier") == expected
