"""Who registered and does not come reads what to do, also once the animation has begun."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.support.people import STRUCTURE, People
from tests.support.server import Server
from tests.support.visitor import Visitor


def test_who_does_not_come_to_what_has_begun_is_told_to_telephone(
    visitor: Visitor, people: People, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.publish(animation := people.declare(title="Trop tard pour rendre"))
    form = {"animationId": animation, "firstName": "Ana", "lastName": "En retard"}
    made = people.does("41-register-somebody-else", STRUCTURE, **form)
    person = {"animationId": animation, "firstName": "Léa", "lastName": "Roux", "email": "lea.roux@exemple.fr"}
    link = people.does("40-register-for-an-animation", None, **person)["link"]
    by_code = visitor.sends(visitor.sees("/inscription"), values={"code": made["code"]})
    by_link = visitor.sees(f"/inscriptions/{link}")
    monkeypatch.setattr(server.clock, "now", datetime.fromisoformat("2027-03-15T18:30:00+01:00"))
    late = visitor.sends(by_code, "cancel", status=422)
    assert "Si l&#39;animation a commencé, téléphonez à la structure" in late
    unknown = visitor.sends(visitor.sees("/inscription"), values={"code": made["code"]}, status=422)
    assert "son numéro est sur le billet" in unknown
    late = visitor.sends(by_link, "cancel", status=422)
    for page in (late, visitor.sees(f"/inscriptions/{link}")):
        assert "<h1>L&#39;animation a commencé</h1>" in page
        assert "Téléphonez à la structure" in page
        assert "Votre place est réservée" not in page
        assert "Renoncer" not in page
