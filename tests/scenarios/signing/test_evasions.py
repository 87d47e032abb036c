"""Who holds every key of the service leaves something out, so that a rule would not apply: it is named all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.kernel.actors import Role
from domain.kernel.identifiers import SIGNING_RULE_ID
from tests.application.proof.test_verifier_page import needs_node
from tests.scenarios.signing.test_signatures_in_the_proof import alter, exported, findings, forge, last
from tests.scenarios.signing.test_who_had_to_sign import refusals, require
from tests.support.people import COORDONNATEUR, NATIONAL, REASONS, People
from tests.support.server import Server

PAID = {"paidOn": "2027-03-20", "reference": "MANDAT-1"}


@needs_node
def test_who_certified_does_not_pay_under_another_name_without_a_person(
    server: Server, dossier: str, people: People, tmp_path: Path
) -> None:
    people.does("21-certify-the-service", COORDONNATEUR, dossierId=dossier, **REASONS)
    people.does("22-record-a-payment", NATIONAL, dossierId=dossier, **PAID)

    def change(state: dict[str, Any]) -> None:
        stamp = state["stamp"]
        del stamp["person"]
        del stamp["token"]
        stamp |= {"actor": "Coordination 34 bis", "role": "coordonnateur"}

    alter(server, "service_dossier.paid", change)
    words = "it does not say which person acted in office, as an event before it does"
    assert f"(service_dossier.paid, version 5 of {dossier}): {words}" in findings(server)
    own, page = refusals(exported(server, dossier, tmp_path / "dossier.zip"))
    assert [words in own, page.startswith("rules: "), words in page] == [True] * 3


@needs_node
@pytest.mark.parametrize(
    ("roles", "acts"),
    [(["coordonnateur"], []), (["Coordonnateur"], ["serviceDossierCertify"]), (["national"], ["animationCreate"])],
)
def test_a_rule_that_makes_nobody_sign_is_named(
    server: Server, dossier: str, people: People, tmp_path: Path, roles: list[str], acts: list[str]
) -> None:
    assert require(server, Role.STRUCTURE)
    people.does("21-certify-the-service", COORDONNATEUR, dossierId=dossier, **REASONS)
    _, version, state = last(server, "signing.required")
    state["stamp"]["command_id"] = str(uuid4())
    state["data"] = {"roles": roles, "acts": acts}
    forge(server, SIGNING_RULE_ID, version + 1, "signing.required", state)
    assert "(signing.required, version 2" in findings(server)
    own, page = refusals(exported(server, dossier, tmp_path / "dossier.zip"))
    assert ["signing.required" in own, "it names roles or acts that nobody has to sign" in page] == [True, True]
