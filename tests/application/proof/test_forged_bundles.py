"""What whoever holds the signing key could forge is refused, at its step and for its reason."""

from __future__ import annotations

import pytest

from application.proof.public_keys import read_public_keys
from application.proof.verifying import verify
from tests.support.papers import second_verifier
from tests.support.papers.forged_bundles import FOLDER, FORGED_BUNDLES, ForgedBundle

#: Accepted still, or refused for another reason: the marks go away with the faults.
NOT_YET: set[str] = set()


def marked(bundle: ForgedBundle):
    marks = [pytest.mark.xfail(strict=True)] if bundle.name in NOT_YET else []
    return pytest.param(bundle, id=bundle.name, marks=marks)


@pytest.mark.parametrize("bundle", [marked(bundle) for bundle in FORGED_BUNDLES])
def test_each_bundle_gets_its_verdict_for_its_reason(bundle: ForgedBundle):
    *passed, last = verify(bundle.path, read_public_keys(bundle.key.read_text()))
    assert all(check.ok for check in passed)
    assert last.ok is bundle.accepted, last.text
    if not bundle.accepted:
        step, _, reason = last.text.partition(": ")
        assert step == bundle.step, last.text
        assert bundle.says in reason
        assert "makes no sense" not in reason


def test_every_bundle_of_the_folder_is_held_to_its_verdict():
    assert {bundle.path for bundle in FORGED_BUNDLES} == set(FOLDER.glob("*.zip"))


#: What the small verifier in Python leaves to the page and to ours: decisions of the domain, and the paper.
LEFT_OUT = ("rules", "pdf")


@pytest.mark.parametrize("bundle", [pytest.param(bundle, id=bundle.name) for bundle in FORGED_BUNDLES])
def test_the_second_verifier_refuses_them_at_the_same_step(bundle: ForgedBundle):
    key = read_public_keys(bundle.key.read_text())[-1].public_key
    if bundle.accepted or bundle.step in LEFT_OUT:
        assert second_verifier.verify(bundle.path, key)[1] >= 17
        return
    with pytest.raises(second_verifier.Refused) as refused:
        second_verifier.verify(bundle.path, key)
    assert refused.value.step == bundle.step
