"""A bundle shows that nothing was left out: whoever holds the key can cut no stream and hide no payment."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from uuid import UUID, uuid4

import orjson
import pytest

from application.files.store import FileStore
from application.proof.bundle import Prover, facts_now
from application.proof.checkpoints import ON_REQUEST, all_checkpoints, latest
from application.proof.completeness.committing import last_commit, map_commits
from application.proof.completeness.map_entries import stream_key
from application.proof.dossier_streams import NotADossier
from application.proof.notes import parse_checkpoint, split_note, to_pem
from application.proof.public_keys import read_public_keys
from application.proof.signing import make_checkpoint
from application.proof.verifying import verify
from application.service_dossiers.commands import ServiceDossierReturn
from domain.kernel.identifiers import SIGNING_RULE_ID
from eventstore.log import head
from tests.application.proof.test_verifier_page import needs_node, verdicts
from tests.support.papers import second_verifier
from tests.support.papers.bundles import checks, members, signed_again, wrong
from tests.support.papers.forged_bundles import FOLDER
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import COORDONNATEUR, World


@pytest.fixture
def claim(world: World, tmp_path: Path) -> Claim:
    world.sign()
    return Claim(world, FileStore(tmp_path / "files"))


@pytest.fixture
def paid(claim: Claim, tmp_path: Path) -> Path:
    return claim.export(claim.paid(*claim.attested(2)), tmp_path / "paid.zip")


def step(path: Path) -> str:
    return next(check.text for check in checks(path) if check.text.startswith("completeness: "))


def warnings(path: Path) -> list[str]:
    return [check.text for check in checks(path) if check.warning and check.text.startswith("completeness: ")]


def forged(path: Path, change) -> Path:
    contents = members(path)
    shown = json.loads(contents["completeness.json"])
    change(shown)
    contents["completeness.json"] = orjson.dumps(shown)
    return signed_again(path.with_name("forged.zip"), contents)


def entry(shown, kind: str):
    return next(value for value in shown["values"] if value["key"].startswith(f"{kind}:"))


def test_a_bundle_says_up_to_where_nothing_was_left_out(paid: Path):
    position = parse_checkpoint(split_note(members(paid)["checkpoint"].decode())[0]).size - 1
    assert step(paid) == (
        f"completeness: as of position {position}, nothing further had happened to these streams; "
        "2 animations are in this dossier alone; 300.00 euros are recorded as paid"
    )
    assert not warnings(paid)


def test_a_certified_dossier_says_that_no_payment_is_recorded(claim: Claim, tmp_path: Path):
    path = claim.export(claim.certified(*claim.attested(1)), tmp_path / "certified.zip")
    assert step(path).endswith("1 animations are in this dossier alone; no payment is recorded")


def test_a_returned_dossier_holds_its_animations_no_longer(claim: Claim, tmp_path: Path):
    animations = claim.attested(1)
    dossier_id = claim.submitted(*animations)
    claim.world.does(ServiceDossierReturn(dossier_id=dossier_id, reason="Il manque une feuille"), COORDONNATEUR)
    other = claim.submitted(*animations)
    path = claim.export(dossier_id, tmp_path / "returned.zip")
    assert "0 animations are in this dossier alone" in step(path)
    assert "1 animations are in this dossier alone" in step(claim.export(other, tmp_path / "other.zip"))


def lower_version(shown):
    value = entry(shown, "stream")
    value["value"] = str(int(value["value"]) - 1)


def other_dossier(shown):
    entry(shown, "animation")["value"] = str(uuid4())


def no_payment(shown):
    entry(shown, "dossier")["value"] = None


def no_payment_and_the_leaf_of_the_payment_as_that_of_another(shown):
    value = entry(shown, "dossier")
    digest, path = (base64.b64encode(bytes(32)).decode(),) * 2
    value |= {"value": None, "other": {"path": path, "digest": digest}}


def a_key_less(shown):
    shown["values"].remove(entry(shown, "animation"))


def no_word_of_who_has_to_sign(shown):
    (value,) = (value for value in shown["values"] if value["key"] == stream_key(SIGNING_RULE_ID))
    assert value["value"] is None
    shown["values"].remove(value)


def a_key_more(shown):
    shown["values"].append(entry(shown, "animation") | {"key": f"stream:{uuid4()}"})


def a_sibling_less(shown):
    entry(shown, "stream")["siblings"].pop()


def a_value_that_is_a_number(shown):
    value = entry(shown, "stream")
    value["value"] = int(value["value"])


def a_further_field(shown):
    entry(shown, "stream")["note"] = ""


def no_values(shown):
    shown["values"] = None


def another_event(shown):
    shown["committed"] |= {"index": shown["committed"]["index"] - 1}


def an_event_that_commits_no_map(shown):
    shown["committed"] = None


@pytest.mark.parametrize(
    "change",
    [
        *(lower_version, other_dossier, no_payment, no_payment_and_the_leaf_of_the_payment_as_that_of_another),
        *(a_key_less, a_key_more, a_sibling_less, a_value_that_is_a_number, a_further_field, no_values),
        *(no_word_of_who_has_to_sign, another_event, an_event_that_commits_no_map),
    ],
)
def test_each_change_in_what_is_shown_is_refused_in_words(paid: Path, change):
    text = wrong(forged(paid, change))
    assert text.startswith("completeness: ")
    assert "makes no sense" not in text


@needs_node
def test_a_bundle_shows_whether_the_log_ever_told_who_has_to_sign(paid: Path):
    """Where that event was deleted, the map holds its stream still."""
    hidden = forged(paid, no_word_of_who_has_to_sign)
    assert wrong(hidden) == f"completeness: {stream_key(SIGNING_RULE_ID)} is missing"
    honest, refused = (results[-1] for results in verdicts([(path, to_pem(KEY.public)) for path in (paid, hidden)]))
    assert (honest["ok"], refused["ok"]) == (True, False), honest
    assert refused["text"] == "it shows other keys than this dossier's, in order"


def test_the_map_of_an_earlier_moment_is_refused(claim: Claim, tmp_path: Path):
    animations = claim.attested(2)
    earlier = claim.export(claim.certified(animations[0]), tmp_path / "earlier.zip")
    claim.certified(animations[1])
    dossier_id = UUID(json.loads(members(earlier)["dossier.json"])["dossier_id"])
    later = claim.export(dossier_id, tmp_path / "later.zip")
    shown = json.loads(members(earlier)["completeness.json"])
    assert wrong(forged(later, lambda member: member.update(shown))).startswith("completeness: ")


def test_a_bundle_of_before_there_was_a_map_is_accepted_with_a_warning():
    lines = list(verify(FOLDER / "genuine.zip", read_public_keys((FOLDER / "key.pem").read_text())))
    assert all(check.ok for check in lines)
    texts = [check.text for check in lines if check.warning]
    assert "completeness: none is shown; later events cannot be excluded" in texts


def test_a_bundle_of_today_cannot_do_without(paid: Path):
    contents = members(paid)
    del contents["completeness.json"]
    assert "completeness.json is missing" in wrong(signed_again(paid.with_name("forged.zip"), contents))


def test_the_second_verifier_comes_to_the_same(paid: Path, claim: Claim, tmp_path: Path):
    certified = claim.export(claim.certified(*claim.attested(1)), tmp_path / "certified.zip")
    for path, payment in ((paid, "300.00"), (certified, None)):
        second_verifier.verify(path, KEY.public)
        assert second_verifier.payment(path, KEY.public) == payment
    for change in (lower_version, other_dossier, no_payment, a_key_less, a_sibling_less):
        with pytest.raises((AssertionError, KeyError)):
            second_verifier.payment(forged(paid, change), KEY.public)


def test_a_dossier_that_is_not_there_leaves_nothing_in_the_log(claim: Claim, tmp_path: Path):
    with claim.world.app.pool.connection() as conn:
        before = head(conn)
        with pytest.raises(NotADossier):
            claim.export(uuid4(), tmp_path / "none.zip")
        assert head(conn) == before


def test_two_bundles_in_a_row_record_one_root(claim: Claim, tmp_path: Path):
    dossier_id = claim.paid(*claim.attested(1))
    with claim.world.app.pool.connection() as conn:
        first = claim.export(dossier_id, tmp_path / "first.zip").read_bytes()
        commit = last_commit(conn)
        assert claim.export(dossier_id, tmp_path / "second.zip").read_bytes() == first
        assert last_commit(conn) == commit


def test_what_others_record_meanwhile_takes_a_further_root(claim: Claim, tmp_path: Path):
    """Somebody records an event between the head that was read and the event of the root."""
    dossier_id = claim.certified(*claim.attested(1))
    world, waiting = claim.world, [claim.attested]

    def execute(command, actor, now):
        if waiting:
            waiting.pop()(1)
        return world.app.execute(command, actor, now)

    with world.app.pool.connection() as conn:
        path = claim.export(dossier_id, tmp_path / "bundle.zip", execute=execute)
        assert not warnings(path)
        commit = last_commit(conn)
        assert commit is not None
        assert commit.position == commit.map_position + 1


def test_what_slips_in_all_the_same_is_told(claim: Claim, tmp_path: Path):
    dossier_id = claim.certified(*claim.attested(1))
    world = claim.world

    def execute(command, actor, now):
        world.creates()
        return world.app.execute(command, actor, now)

    path = claim.export(dossier_id, tmp_path / "bundle.zip", execute=execute)
    (warning,) = warnings(path)
    assert warning.endswith("while the map was signed, cannot be excluded")


def test_a_stored_map_that_was_altered_is_not_shown(claim: Claim, tmp_path: Path):
    dossier_id = claim.paid(*claim.attested(1))
    path = claim.export(dossier_id, tmp_path / "bundle.zip")
    with claim.world.app.pool.connection() as conn:
        conn.execute("UPDATE proof.map_tiles SET entries = overlay(entries PLACING '\\x00' FROM 20)")
        with pytest.raises(Exception, match="does not fit the log"):
            claim.export(dossier_id, path)


def test_a_paper_shows_a_checkpoint_that_covers_it(claim: Claim):
    world = claim.world
    dossier_id = claim.submitted(*claim.attested(1))
    with world.app.pool.connection() as conn:
        make_checkpoint(conn, KEY, head(conn) - 1, ON_REQUEST, world.now)
        short = latest(conn)
        prover = Prover(world.app.vault, KEY, map_commits(world.app.execute))
        _, note = facts_now(conn, prover, dossier_id, world.now)
        assert short is not None
        assert note != short.note
        kept = latest(conn)
        assert kept is not None
        assert (note, kept.position) == (kept.note, head(conn))
        assert facts_now(conn, prover, dossier_id, world.now)[1] == note
        world.creates()
        assert facts_now(conn, prover, dossier_id, world.now)[1] == note
        assert len(all_checkpoints(conn)) == 2
