"""Who signs in sees their own account, accepts an invitation, and signs out again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from application.followers.retention import forget_invited
from tests.support.people import STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server
from tests.support.visitor import Visitor

INVITATION = {"structureId": STRUCTURE_ID, "email": "anne@exemple.fr"}


def test_a_parent_accepts_an_invitation_and_speaks_for_the_structure(visitor: Visitor, people: People) -> None:
    link = people.does("50-invite-somebody-to-speak-for-a-structure", STRUCTURE, **INVITATION)["link"]
    offered = visitor.sees(f"/invitations/{link}")
    assert f"/connexion?vers=/invitations/{link}" in offered
    assert "Invitation à parler pour Centre social Les Tilleuls" in offered
    assert "a…@exemple.fr" in offered
    assert "anne@" not in offered
    assert "À accepter avant le" in offered
    page = visitor.sees(f"/connexion?vers=/invitations/{link}")
    page = visitor.sends(page, values={"role": "PARENT"})
    assert "Accepter l'invitation" in page
    assert "Vous êtes connecté(e) comme : Parent. " in page
    assert f'<a href="/connexion?vers=/invitations/{link}">Changer de compte</a>' in page
    account = visitor.sends(page)
    assert "<h1>Mon compte</h1>" in account
    assert "L&#39;invitation est acceptée" in account
    assert "Centre social Les Tilleuls" in account
    # A second press, or one in another tab.
    assert "L&#39;invitation est acceptée" in visitor.sends(page)
    assert "L&#39;invitation est acceptée" not in visitor.sees("/mon-compte")
    used = visitor.sees(f"/invitations/{link}")
    assert "Cette invitation a déjà servi" in used
    assert "Accepter l'invitation" not in used
    other = people.does(
        "50-invite-somebody-to-speak-for-a-structure", STRUCTURE, **INVITATION | {"email": "b@exemple.fr"}
    )
    own = visitor.sees(f"/invitations/{other['link']}")
    assert "Vous parlez déjà pour cette structure." in own
    assert "Accepter l'invitation" not in own
    visitor.sends(account)
    assert "<h1>Se connecter</h1>" in visitor.sees("/mon-compte")
    teacher = visitor.signs_in("TEACHER").sees(f"/invitations/{other['link']}")
    refused = visitor.sends(teacher, status=422)
    assert "parent, structure, médiateur" in refused
    assert f'<a href="/connexion?vers=/invitations/{other["link"]}">Changer de compte</a>' in refused


def test_an_invitation_that_serves_no_more_says_why(
    visitor: Visitor, people: People, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = people.does("50-invite-somebody-to-speak-for-a-structure", STRUCTURE, **INVITATION)
    people.does("52-revoke-an-invitation", STRUCTURE, invitationId=made["invitation"]["id"])
    assert "Cette invitation a été retirée." in visitor.sees(f"/invitations/{made['link']}")
    monkeypatch.setattr(server.clock, "now", server.clock.now + timedelta(hours=2))
    made = people.does("50-invite-somebody-to-speak-for-a-structure", STRUCTURE, **INVITATION)
    past = server.clock.now + timedelta(days=30)
    forget_invited(server.application, UUID(made["invitation"]["id"]), past)
    server.post({"query": "{ position }"}, None, Min_Position=str(server.log_head())).raise_for_status()
    monkeypatch.setattr(server.clock, "now", past)
    assert "son délai est passé" in visitor.sees(f"/invitations/{made['link']}")
    assert "celui d&#39;aucune invitation" in visitor.sees("/invitations/x", 404)


def test_the_session_is_for_this_site_alone_and_holds_nothing_that_can_be_read(visitor: Visitor) -> None:
    page = visitor.sees("/connexion")
    answer = visitor.http.send(visitor.form(page, values={"role": "STRUCTURE"}))
    (cookie,) = [header for header in answer.headers.get_list("set-cookie") if "session" in header]
    assert STRUCTURE not in cookie
    assert {part.strip() for part in cookie.split(";")} >= {"HttpOnly", "SameSite=lax", "Secure", "Path=/"}
    assert answer.headers["location"] == "/mon-compte"
    page = visitor.sees("/connexion?vers=//ailleurs.example.org/")
    visitor.sends(page, values={"role": "STRUCTURE"}, status=404)


def test_a_session_whose_token_has_ended_ends_and_the_public_pages_come_back(visitor: Visitor) -> None:
    page = visitor.sends(visitor.sees("/connexion"), values={"role": "NATIONAL"}, status=401)
    assert "Connexion nécessaire" in page
    assert "Se connecter" in visitor.sees("/animations")


AFAR = [
    *({"x-forwarded-for": "203.0.113.7"}, {"host": "demo.exemple.fr"}, {"host": "192.0.2.7:8000"}),
    *({"host": "localhost.exemple.fr"}, {"host": "127.0.0.1.exemple.fr:8000"}, {"host": "[2001:db8::1]:8000"}),
]


@pytest.mark.parametrize("headers", AFAR)
def test_roles_are_offered_to_who_sits_before_the_machine_alone(headers: dict[str, str], visitor: Visitor) -> None:
    page = visitor.sees("/connexion")
    from_afar = visitor.http.get("/connexion", headers=headers).text
    assert 'name="role"' not in from_afar
    assert "se prennent sur l'ordinateur qui la fait tourner" in from_afar
    taking = visitor.form(page, values={"role": "STRUCTURE", "vers": "/structure"})
    taking.headers.update(headers)
    assert visitor.http.send(taking).status_code == 200
    assert visitor.http.get("/structure").headers["location"].startswith("/connexion")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "demo.localhost:80", "127.0.0.1", "127.0.1.1:8000", "[::1]", "[::1]:8000"]
)
def test_roles_are_offered_at_every_address_of_the_machine_itself(host: str, visitor: Visitor) -> None:
    assert 'name="role"' in visitor.http.get("/connexion", headers={"host": host}).text
