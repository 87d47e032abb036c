"""The national team withdraws the passkeys of somebody else; a new convention is signed under its idempotency key."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from application.proof.notes import to_pem
from domain.kernel.actors import Role
from tests.application.proof.test_verifier_page import needs_node, verdicts
from tests.scenarios.signing.test_signatures_in_the_proof import certify, exported, findings, last, verified
from tests.support.people import COORDONNATEUR, NATIONAL
from tests.support.server import CHECKPOINT_KEY, Server, token
from tests.support.sign_in.passkeys import Authenticator
from tests.support.signers import OPTIONS, Signer

WITHDRAW = """mutation($input: PasskeysWithdrawInput!) {
    passkeysWithdraw(input: $input) { passkeys { credentialId revokedAt } errors { code message field } } }"""


def withdraws(server: Server, who: str, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = server.ask(WITHDRAW, who, input=values)["passkeysWithdraw"]
    return answer


@needs_node
def test_the_national_team_withdraws_the_keys_of_who_lost_their_device(
    anne: Signer, server: Server, dossier: str, tmp_path: Path
) -> None:
    certify(anne, dossier)
    lost = {"subject": "Coordination 34", "reason": "LOST"}
    (forbidden,) = withdraws(server, COORDONNATEUR, **lost)["errors"]
    assert forbidden["code"] == "FORBIDDEN"
    (nameless,) = withdraws(server, NATIONAL, subject=" ", reason="LOST")["errors"]
    assert (nameless["code"], nameless["field"]) == ("INVALID", ["subject"])
    answer = withdraws(server, NATIONAL, **lost)
    assert answer["errors"] == []
    assert [key["revokedAt"] is not None for key in answer["passkeys"]] == [True]
    (none_left,) = withdraws(server, NATIONAL, **lost)["errors"]
    assert (none_left["field"], "pas de clé" in none_left["message"]) == (["subject"], True)
    assert server.ask(OPTIONS, COORDONNATEUR)["viewer"]["passkeys"][0]["revokedAt"] is not None
    (taken,) = Signer(server, NATIONAL, anne.key).registers()
    assert (taken["field"], "déjà" in taken["message"]) == (["credentialId"], True)
    again = Signer(server, anne.token, Authenticator("new telephone"))
    assert again.registers() == []
    assert again.signs("certificationWithdraw", dossierId=dossier, reason="Feuille non signée") == []
    assert findings(server) == ""
    bundle = exported(server, dossier, tmp_path / "dossier.zip")
    assert verified(bundle)[-1].ok, verified(bundle)[-1].text
    (results,) = verdicts([(bundle, to_pem(CHECKPOINT_KEY.public))])
    assert results[-1]["ok"], results[-1]


def test_a_new_convention_is_signed_under_the_idempotency_key_that_it_is_sent_with(
    anne: Signer, server: Server
) -> None:
    terms = {
        **{"siret": "73282932000074", "structureName": "Autre", "territory": "34", "coordonnateur": "Anne"},
        **{"signedOn": "2027-01-05", "validFrom": "2027-01-05", "validUntil": "2027-08-31"},
    }
    (error,) = anne.asks("conventionSign", **terms)["errors"]
    assert error["field"] == ["idempotencyKey"]
    own = terms | {"idempotencyKey": str(uuid4())}
    assert anne.signs("conventionSign", **own) == []
    _, _, signed = last(server, "convention.signed")
    _, _, opened = last(server, "structure.account_opened")
    assert signed["stamp"]["signature"] == opened["stamp"]["signature"]
    assert len(signed["stamp"]["signature"]["events"]) >= 2
    assert anne.sends("conventionSign", **own) == []
    other = Signer(server, token(Role.COORDONNATEUR, "Une autre", territories=["34"]), Authenticator("other"))
    (duplicate,) = other.sends("conventionSign", **own | {"structureName": "Une autre"})
    assert duplicate["code"] == "DUPLICATE"
    assert findings(server) == ""
