"""The name of whoever acts is signed with the act; before that it was the service's word, which readers are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from application.proof.notes import to_pem
from application.signatures.acts import Act
from eventstore.records import Stamp
from tests.application.proof.test_verifier_page import needs_node, verdicts
from tests.scenarios.signing.test_signatures_in_the_proof import certify, exported, findings, verified
from tests.support.people import COORDONNATEUR
from tests.support.server import CHECKPOINT_KEY, Server
from tests.support.sign_in.passkeys import Authenticator
from tests.support.signers import Signer


def notes(path: Path) -> list[str]:
    """What both say of the keys that signed; they say the same."""
    checks = verified(path)
    assert checks[-1].ok, checks[-1].text
    (results,) = verdicts([(path, to_pem(CHECKPOINT_KEY.public))])
    assert results[-1]["ok"], results[-1]
    own = [check.text for check in checks if check.warning and check.text.startswith("signed acts: ")]
    assert own == [f"signed acts: {each['text']}" for each in results if each.get("warning") and "sign" in each["step"]]
    return own


@needs_node
def test_a_key_registered_under_another_name_is_told_with_that_name(
    server: Server, dossier: str, tmp_path: Path, monkeypatch: Any
) -> None:
    genuine = Stamp.for_command

    def for_command(action: Any, *values: Any, **named: Any) -> Stamp:
        stamp = genuine(action, *values, **named)
        return stamp.model_copy(update={"actor": "Ève"}) if action == "passkeyRegister" else stamp

    monkeypatch.setattr(Stamp, "for_command", for_command)
    anne = Signer(server, COORDONNATEUR, Authenticator("anne"))
    assert anne.registers() == []
    monkeypatch.undo()
    certify(anne, dossier)
    (note,) = notes(exported(server, dossier, tmp_path / "dossier.zip"))
    assert "registered on 2027-03-20 by Ève on the word of the log's owner" in note


@needs_node
def test_an_act_that_was_signed_without_a_name_holds_still(
    anne: Signer, server: Server, dossier: str, tmp_path: Path, monkeypatch: Any
) -> None:
    genuine: Any = vars(Act)["challenge"].fget
    monkeypatch.setattr(Act, "challenge", property(lambda act: genuine(replace(act, actor=None))))
    certify(anne, dossier)
    monkeypatch.undo()
    (note,) = notes(exported(server, dossier, tmp_path / "dossier.zip"))
    assert " by " not in note
    assert findings(server) == ""


@needs_node
def test_an_act_that_goes_back_to_no_name_is_warned_of(
    anne: Signer, server: Server, dossier: str, tmp_path: Path, monkeypatch: Any
) -> None:
    """Whoever holds the keys changes such a name, which nobody signed."""
    certify(anne, dossier)
    genuine: Any = vars(Act)["challenge"].fget
    monkeypatch.setattr(Act, "challenge", property(lambda act: genuine(replace(act, actor=None))))
    assert anne.signs("certificationWithdraw", dossierId=dossier, reason="Feuille non signée") == []
    monkeypatch.undo()
    path = exported(server, dossier, tmp_path / "dossier.zip")
    (results,) = verdicts([(path, to_pem(CHECKPOINT_KEY.public))])
    own, page = verified(path), results
    assert (own[-1].ok, page[-1]["ok"]) == (True, True)
    words = "it is signed without the name of who acts, where an act before it is signed with it"
    assert [check.warning for check in own if words in check.text] != []
    assert [each["warning"] for each in page if words in each["text"]] != []
    assert findings(server) == ""
