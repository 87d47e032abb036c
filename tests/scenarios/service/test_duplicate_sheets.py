"""One scan that stands for several animations is shown before anybody certifies."""

from __future__ import annotations

from tests.scenarios.service.dossiers_story import Claims
from tests.support.papers.dossiers import pdf
from tests.support.papers.sheets import attach
from tests.support.people import AUDITOR, COORDONNATEUR, STRUCTURE, People
from tests.support.server import Server

DOCUMENT = """query($id: ID!) { serviceDossier(id: $id) {
  duplicateSheets { sha256 animations { id } elsewhere message }
} }"""


def test_equal_scans_are_shown_to_structure_coordonnateur_and_auditor(people: People, server: Server):
    claims = Claims(people)
    first, second, third, other = animations = claims.held(4)
    claims.attest(*animations)
    for animation, scan in ((first, "A"), (second, "A"), (third, "B"), (other, "A")):
        assert attach(server, animation, pdf(title=scan))["errors"] == []
    dossier = claims.open(animationIds=[first, second, third])["id"]
    for who in (STRUCTURE, COORDONNATEUR, AUDITOR):
        (equal,) = server.ask(DOCUMENT, who, id=dossier)["serviceDossier"]["duplicateSheets"]
        assert ([animation["id"] for animation in equal["animations"]], equal["elsewhere"]) == ([first, second], 1)
        assert "jointe à 3 animations" in equal["message"]
    alone = claims.open(animationIds=[other])["id"]
    (equal,) = server.ask(DOCUMENT, COORDONNATEUR, id=alone)["serviceDossier"]["duplicateSheets"]
    assert ([animation["id"] for animation in equal["animations"]], equal["elsewhere"]) == ([other], 2)
