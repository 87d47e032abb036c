"""Whoever pays says what a bundle has to show: a status, and the history that they know of."""

from __future__ import annotations

import re

import pytest

from application.proof.bundle_checks.opened_bundle import Demands
from application.proof.merkle import EMPTY_ROOT
from application.proof.notes import Checkpoint
from application.proof.public_keys import PublicKey, read_public_keys
from application.proof.verifying import Check, verify
from tests.support.papers.bundles import checks, members
from tests.support.papers.forged_bundles import FOLDER
from tests.support.papers.proved_dossiers import KEY

GENUINE = FOLDER / "genuine.zip"
KEYS = read_public_keys((FOLDER / "key.pem").read_text())
NOTE, PREVIOUS = (members(GENUINE)[name].decode() for name in ("checkpoint", "previous-checkpoint"))
LOG = NOTE.split("\n")[0]


def results(required: tuple[str, ...] = (), kept: str | None = None, keys: tuple[PublicKey, ...] = ()) -> list[Check]:
    return list(verify(GENUINE, [*KEYS, *keys], Demands(required=required, kept=kept)))


def test_a_bundle_says_as_of_when_it_speaks_and_on_whose_word():
    (as_of,) = [check.text for check in results() if check.text.startswith("as of: ")]
    assert as_of == (
        "as of: checkpoint 20 of parentalite.log/example, signed by parentalite.log/example+aa842e00; its last event "
        "here is of 2026-11-25 16:00:00 UTC by the signer's clock; not stamped: nobody else says when it was there; "
        "CERTIFIED, 260.00 euros"
    )


@pytest.mark.parametrize("required", [("CERTIFIED",), ("PAID", "CERTIFIED")])
def test_the_status_that_is_required_is_there(required: tuple[str, ...]):
    assert results(required)[-1] == Check(True, "required: the dossier is CERTIFIED")


@pytest.mark.parametrize("required", [("PAID",), ("OPEN", "RETURNED")])
def test_another_status_than_the_one_required_fails(required: tuple[str, ...]):
    last = results(required)[-1]
    assert last == Check(False, f"required: the dossier is CERTIFIED, where {' or '.join(required)} is required")


@pytest.mark.parametrize("kept", [NOTE, PREVIOUS])
def test_a_checkpoint_of_the_same_history_is_recognised(kept: str):
    (check_of_copy,) = [check for check in results(kept=kept) if check.text.startswith("kept checkpoint: ")]
    assert (check_of_copy.ok, check_of_copy.warning) == (True, False)
    assert check_of_copy.text.endswith("is of the same history")


@pytest.mark.parametrize(
    ("size", "name", "words"),
    [
        (20, LOG, "two trees of 20 events are signed: the log shows different histories"),
        (19, LOG, "two trees of 19 events are signed: the log shows different histories"),
        (20, "staging.log/x", "the checkpoint given is of staging.log/x, the bundle's of parentalite.log/example"),
    ],
)
def test_a_checkpoint_of_another_history_is_named(size: int, name: str, words: str):
    kept = KEY.sign(Checkpoint(name, size, EMPTY_ROOT).text, name)
    assert results(kept=kept, keys=(PublicKey(KEY.public),))[-1] == Check(False, f"kept checkpoint: {words}")


@pytest.mark.parametrize("size", [7, 21])
def test_what_cannot_be_proved_of_a_checkpoint_is_told(size: int):
    kept = KEY.sign(Checkpoint(LOG, size, EMPTY_ROOT).text, LOG)
    checks = results(kept=kept, keys=(PublicKey(KEY.public),))
    assert checks[-1].ok
    (warning,) = [check.text for check in checks if check.text.startswith("kept checkpoint: ")]
    assert re.match(rf"kept checkpoint: not proved: .* of {size} events", warning)


def test_a_checkpoint_that_nobody_trusted_signed_is_refused():
    kept = KEY.sign(Checkpoint(LOG, 20, EMPTY_ROOT).text, LOG)
    assert "signed by an unknown key" in results(kept=kept)[-1].text


def test_a_key_without_the_name_of_its_log_has_it_compared():
    warning = "checkpoint: the given key names no log: compare parentalite.log/example with the one you know"
    assert warning in [check.text for check in results() if check.warning]
    named = [PublicKey(KEYS[0].public_key, name=LOG)]
    assert warning not in [check.text for check in verify(GENUINE, named)]
    other = [PublicKey(KEYS[0].public_key, name="staging.log/x")]
    assert "of another log" in list(verify(GENUINE, other))[-1].text


def test_a_member_too_large_to_be_read_is_refused_first(monkeypatch):
    monkeypatch.setattr("application.proof.members.MOST_BYTES_READ", 10_000)
    assert checks(GENUINE)[-1].text.startswith("archive: dossier.pdf has 60,794 bytes; 10,000 at most")
