"""New conventions are signed by the person too, where the log says so: an unsigned one is refused, and found."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from application.proof.signing_rules import record_who_signs
from application.signatures.signing import Signing
from domain.kernel.actors import Role
from domain.proof.signing_rule import REQUIRABLE_ACTIONS
from tests.application.proof.test_verifier_page import needs_node
from tests.scenarios.service.dossiers_story import Claims
from tests.scenarios.signing.test_signatures_in_the_proof import exported, findings
from tests.scenarios.signing.test_who_had_to_sign import HAD_TO, refusals
from tests.support.people import CONVENTION, COORDONNATEUR, STRUCTURE, People
from tests.support.server import Server
from tests.support.signers import OPTIONS, Signer

OTHER = {"siret": "73282932000074", "structureName": "Autre"}


@needs_node
def test_who_has_to_sign_conventions_is_told_refused_without_and_found_out_where_one_is_unsigned(
    anne: Signer, people: People, server: Server, tmp_path: Path, monkeypatch: Any
) -> None:
    recorded = (server.application.execute, (Role.COORDONNATEUR,), server.clock.now, REQUIRABLE_ACTIONS)
    assert [record_who_signs(*recorded) for _ in range(2)] == [True, False]
    assert "conventionSign" in server.ask(OPTIONS, COORDONNATEUR)["viewer"]["signs"]
    (error,) = people.is_refused("01-sign-a-convention", COORDONNATEUR, **CONVENTION)
    assert (error["code"], error["field"]) == ("RULE_BROKEN", ["signature"])
    assert anne.signs("conventionSign", **CONVENTION | OTHER, idempotencyKey=str(uuid4())) == []
    assert findings(server) == ""
    monkeypatch.setattr(Signing, "check_unsigned", lambda *values: None)
    claims = Claims(people)
    monkeypatch.undo()
    claims.attest(*claims.held())
    dossier = str(claims.open()["id"])
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    named = findings(server).splitlines()
    assert len(named) >= 2
    assert all(HAD_TO in line for line in named), named
    own, page = refusals(exported(server, dossier, tmp_path / "dossier.zip"))
    assert [HAD_TO in own, HAD_TO in page, page.startswith("signed acts: ")] == [True] * 3
