"""Who holds the signing key: what they try, and how a reader finds it offline, with the public key alone."""

from __future__ import annotations

import json

import pytest

from tests.cli.red_team.conftest import Scene, output_of
from tests.support.papers.bundles import members, signed_again


def verified(scene: Scene, path, *options: str) -> str:
    """What `audit verify` says of a bundle that is to be refused."""
    return scene.named_by("audit", "verify", str(path), "--key", str(scene.key), *options)


def test_an_honest_bundle_is_accepted(scene: Scene):
    path = scene.exported(scene.paid)
    result = scene.run("audit", "verify", str(path), "--key", str(scene.key), "--require", "PAID")
    assert result.exit_code == 0, output_of(result)


def test_the_payee_cannot_be_another_one(scene: Scene):
    path = scene.exported(scene.paid)
    contents = members(path)
    facts = json.loads(contents["dossier.json"])
    facts["structure"]["siret"] = "99999990700010"
    contents["dossier.json"] = json.dumps(facts, indent=2, ensure_ascii=False).encode()
    assert "dossier: " in verified(scene, signed_again(path, contents))


def test_the_end_of_a_stream_cannot_be_left_out(scene: Scene):
    """A paid dossier is shown as certified, to be paid again."""
    path = scene.exported(scene.paid)
    contents = members(path)
    lines = contents["events.jsonl"].splitlines(keepends=True)
    contents["events.jsonl"] = b"".join(lines[:-1])
    wrong = verified(scene, signed_again(path, contents))
    assert "WRONG" in wrong


def test_an_older_bundle_says_as_of_when_and_does_not_pass_for_todays(scene: Scene):
    """Certified then, paid since: the bundle of then stays true, and says so; the copy of today's tree is asked for."""
    path = scene.exported(scene.certified)
    assert "as of" in output_of(scene.run("audit", "verify", str(path), "--key", str(scene.key)))
    assert "required" in verified(scene, path, "--require", "PAID")


@pytest.mark.parametrize("member", ["completeness.json", "keys", "dossier.pdf"])
def test_a_member_cannot_be_left_out(scene: Scene, member: str):
    path = scene.exported(scene.paid)
    contents = members(path)
    del contents[member]
    assert f"{member} is missing" in verified(scene, signed_again(path, contents))


def test_a_paper_cannot_say_something_else(scene: Scene):
    path, other = scene.exported(scene.paid), scene.exported(scene.certified, "other.zip")
    contents = members(path) | {"dossier.pdf": members(other)["dossier.pdf"]}
    assert "pdf: " in verified(scene, signed_again(path, contents))


def test_a_second_tree_of_one_size_is_not_signed(scene: Scene):
    """The operator goes back to an older state of the database, and goes on in another way."""
    (size, position) = scene.sql("SELECT size, position FROM proof.checkpoints ORDER BY size DESC LIMIT 1")[0]
    scene.sql("DELETE FROM stored_events WHERE notification_id >= %s", position - 3)
    scene.sql("DELETE FROM proof.checkpoints WHERE size = %s", size)
    scene.sql("DELETE FROM proof.tiles")
    for _ in range(6):
        scene.world.creates()
    refused = scene.run("audit", "checkpoint")
    assert refused.exit_code == 1, refused.output
    assert scene.named_by("audit", "check", "--checkpoint", str(scene.copy))
