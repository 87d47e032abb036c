"""The log tells who has to sign since when: an act left unsigned after it is named, with no flag."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.proof import bundle as bundles
from application.proof.completeness import member
from application.proof.completeness.stored_map import map_as_of
from application.proof.notes import to_pem
from application.proof.signing_rules import record_who_signs
from application.signatures.signing import Signing
from domain.kernel.actors import Role
from eventstore.log import head
from tests.application.proof.test_verifier_page import needs_node, verdicts
from tests.scenarios.signing.test_signatures_in_the_proof import certify, exported, findings, forge, last, verified
from tests.support.papers import second_verifier
from tests.support.people import COORDONNATEUR, REASONS
from tests.support.server import CHECKPOINT_KEY, Server
from tests.support.signers import OPTIONS, Signer

HAD_TO = "the coordonnateur had to sign it, as the event at position "
OTHERWISE = "it is signed otherwise than the other events of its command, or not at all"


def require(server: Server, *roles: Role) -> bool:
    return record_who_signs(server.application.execute, roles, server.clock.now)


def refusals(path: Path) -> tuple[str, str]:
    """What the command line and the page say last."""
    (results,) = verdicts([(path, to_pem(CHECKPOINT_KEY.public))])
    own, page = verified(path)[-1], results[-1]
    assert (own.ok, page["ok"]) == (False, False), (own.text, page["text"])
    return own.text, f"{page['step']}: {page['text']}"


def test_what_the_settings_say_is_recorded_once_and_so_is_its_end(server: Server) -> None:
    changes = [require(server, *roles) for roles in ((), (Role.COORDONNATEUR,), (Role.COORDONNATEUR,), (), ())]
    assert changes == [False, True, False, True, False]
    assert findings(server) == ""


def test_a_server_without_the_setting_refuses_what_the_log_says_must_be_signed(
    anne: Signer, server: Server, dossier: str
) -> None:
    assert require(server, Role.COORDONNATEUR)
    signs = server.ask(OPTIONS, COORDONNATEUR)["viewer"]["signs"]
    assert ("serviceDossierCertify" in signs, "animationAttest" in signs) == (True, False)
    (error,) = anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS)
    assert error["field"] == ["signature"]
    certify(anne, dossier)
    assert findings(server) == ""


@needs_node
def test_an_act_left_unsigned_after_the_rule_is_named_by_everybody(
    anne: Signer, server: Server, dossier: str, tmp_path: Path, monkeypatch: Any
) -> None:
    """The attestation and the submission before it were not signed, and need not be."""
    assert require(server, Role.STRUCTURE, Role.COORDONNATEUR)
    assert findings(server) == ""
    monkeypatch.setattr(Signing, "check_unsigned", lambda *values: None)
    assert anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS) == []
    monkeypatch.undo()
    named = findings(server).splitlines()
    assert [HAD_TO in line for line in named] == [True, True], named
    assert ["service_dossier.certified" in named[0], "convention.service_certified" in named[1]] == [True, True]
    own, page = refusals(exported(server, dossier, tmp_path / "dossier.zip"))
    assert f"(service_dossier.certified, version 4 of {dossier}): {HAD_TO}" in own
    assert f"(service_dossier.certified): {HAD_TO}" in page
    assert page.startswith("signed acts: ")


@needs_node
def test_what_nobody_had_to_sign_any_more_is_accepted_and_the_rule_is_told_with_its_end(
    anne: Signer, server: Server, dossier: str, tmp_path: Path
) -> None:
    assert require(server, Role.COORDONNATEUR)
    assert require(server)
    assert anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS) == []
    assert findings(server) == ""
    path = exported(server, dossier, tmp_path / "dossier.zip")
    checks = verified(path)
    assert checks[-1].ok, checks[-1].text
    rules = [check.text for check in checks if check.warning and "from position" in check.text]
    assert second_verifier.verify(path, CHECKPOINT_KEY.public)[0] == "150.00"
    assert len(rules) == 2
    assert rules[0].endswith("(2027-03-20) on each act that moves money of coordonnateur is signed by the person")
    assert rules[1].endswith("on nobody has to sign")
    (results,) = verdicts([(path, to_pem(CHECKPOINT_KEY.public))])
    assert results[-1]["ok"], results[-1]
    assert [f"signed acts: {each['text']}" for each in results if "from position" in each["text"]] == rules


@needs_node
@pytest.mark.parametrize("is_required", [True, False])
def test_a_signature_that_one_of_two_events_lost_is_found(
    anne: Signer, server: Server, dossier: str, tmp_path: Path, monkeypatch: Any, is_required: bool
) -> None:
    if is_required:
        assert require(server, Role.COORDONNATEUR)
    genuine = Signing.sign

    def sign(signing: Signing, *values: Any) -> Any:
        first, second = genuine(signing, *values)
        return [first, second._replace(stamp=second.stamp.model_copy(update={"signature": None}))]

    monkeypatch.setattr(Signing, "sign", sign)
    certify(anne, dossier)
    monkeypatch.undo()
    assert OTHERWISE in findings(server)
    for words in refusals(exported(server, dossier, tmp_path / "dossier.zip")):
        assert "convention.service_certified" in words
        assert (HAD_TO if is_required else OTHERWISE) in words or OTHERWISE in words


@needs_node
def test_a_bundle_that_leaves_the_rule_out_is_refused(
    anne: Signer, server: Server, dossier: str, tmp_path: Path, monkeypatch: Any
) -> None:
    assert require(server, Role.COORDONNATEUR)
    monkeypatch.setattr(Signing, "check_unsigned", lambda *values: None)
    assert anne.sends("serviceDossierCertify", dossierId=dossier, **REASONS) == []
    monkeypatch.setattr(bundles, "SIGNING_RULE_ID", UUID(int=0))
    # Nor would its own exporter prove that the map holds nothing of it.
    monkeypatch.setattr(member, "SIGNING_RULE_ID", UUID(int=0))
    hidden = exported(server, dossier, tmp_path / "dossier.zip")
    monkeypatch.undo()
    words = "completeness: 1 events told who has to sign, and 0 are shown"
    assert refusals(hidden) == (words, words)


@needs_node
@pytest.mark.parametrize("data", [{}, {"signing_rules": None}], ids=["of before", "null"])
def test_a_commit_that_does_not_count_the_rule_is_named(
    anne: Signer, server: Server, dossier: str, tmp_path: Path, monkeypatch: Any, data: dict[str, Any]
) -> None:
    """The holder of the keys writes it, so that a bundle that leaves the rule out passes for an older one."""
    assert require(server, Role.COORDONNATEUR)
    certify(anne, dossier)
    exported(server, dossier, tmp_path / "honest.zip")
    require(server)
    stream, version, state = last(server, "proof.map_committed")
    with server.application.pool.connection() as conn:
        end = head(conn)
        root = map_as_of(conn, end).root.hex()
    state |= {"schema_version": 1 + len(data), "data": {"position": end, "root": root} | data}
    state["stamp"]["command_id"] = str(uuid4())
    forge(server, stream, version + 1, "proof.map_committed", state)
    (named,) = findings(server).splitlines()
    assert "proof.map_committed" in named
    assert ("it does not count the events" in named) or ("2 events tell who has to sign" in named)
    words = "completeness: the commit of the map does not count the events that told who has to sign"
    assert refusals(exported(server, dossier, tmp_path / "shown.zip")) == (words, words)
    monkeypatch.setattr(bundles, "SIGNING_RULE_ID", UUID(int=0))
    hidden = exported(server, dossier, tmp_path / "hidden.zip")
    monkeypatch.undo()
    if data:
        assert refusals(hidden) == (words, words)
    else:
        assert [check.text for check in verified(hidden) if "ask for a new bundle" in check.text] != []
