"""What a mutation warns of is shown on the page that it leads to."""

from __future__ import annotations

import re

import pytest
from graphql import build_schema, get_named_type

from api.schema import schema
from tests.support.people import CONVENTION, SIRET, People
from tests.support.visitor import Visitor
from tests.web.structures.test_structure import FORM
from web.core.documents import ROOT

#: Mutations that answer as those of what may be unusual, and find nothing unusual.
QUIET = {
    "animationAttest", "animationCancel", "animationClone", "animationPublish", "animationRefuse",
    "animationTextBlank", "animationVolunteersName", "attendanceSheetAttach", "attendanceSheetWithdraw",
    "attestationCorrect", "contactAdd", "contactRemove", "planningSend", "walkInsCount",
}  # fmt: skip


def test_pages_ask_for_the_warnings_of_each_mutation_that_has_some() -> None:
    mutation = build_schema(str(schema)).mutation_type
    assert mutation is not None
    warn = {name for name, field in mutation.fields.items() if "warnings" in get_named_type(field.type).fields}
    assert warn > QUIET
    sent = {}
    for path in ROOT.rglob("*.graphql"):
        text = path.read_text()
        if text.startswith("mutation"):
            sent[re.findall(r"^  (\w+)\(", text, re.MULTILINE)[0]] = text
    reading = {name for name, text in sent.items() if "warnings" in text}
    assert sorted(reading) == sorted((warn - QUIET) & sent.keys())


def test_whoever_signs_reads_under_which_name_the_structure_is_known(visitor: Visitor, people: People) -> None:
    visitor.signs_in("COORDONNATEUR")
    page = visitor.sees("/territoire/conventions/signer")
    days = {"signedOn": "2026-09-01", "validFrom": "2027-09-01", "validUntil": "2028-08-31"}
    named = {"siret": SIRET, "structureName": "Un autre nom", "coordonnateur": "Jeanne Martin"}
    page = visitor.sends(page, "signer", named | days | {"territory": "34"})
    assert "La convention est enregistrée" in page
    assert f"Cette structure est connue sous le nom «\N{NO-BREAK SPACE}{CONVENTION['structureName']}" in page
    # It is said once.
    assert "est connue sous le nom" not in visitor.sees("/territoire/conventions/signer")


@pytest.mark.usefixtures("people")
def test_whoever_declares_an_animation_twice_reads_so(visitor: Visitor, people: People) -> None:
    other = people.declare(title="Café du matin")
    animation = people.declare(title="Café du soir")
    visitor.signs_in("STRUCTURE")
    page = visitor.sees(f"/structure/animations/{animation}/modifier")
    page = visitor.sends(page, values=FORM | {"title": "Café du matin"})
    assert "Vos modifications sont enregistrées" in page
    assert "est déjà déclarée à cette heure" in page
    assert "À vérifier</h2>" in page
    # Nobody looks an identifier up.
    assert f'<a href="/structure/animations/{other}">Voir l\'autre animation</a>' in page
    assert "(animation " not in page
    # What is done next has not warned of it.
    page = visitor.sends(page, "annuler", {"reason": "Déclarée deux fois"})
    assert "L'animation est annulée" in page.replace("&#39;", "'")
    assert "est déjà déclarée à cette heure" not in page
