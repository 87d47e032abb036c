"""Who signs in sees their own account, accepts an invitation, and signs out again."""

from __future__ import annotations

from tests.support.people import STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server
from tests.support.visitor import Visitor

INVITATION = {"structureId": STRUCTURE_ID, "email": "anne@exemple.fr"}


def test_a_parent_accepts_an_invitation_and_speaks_for_the_structure(visitor: Visitor, people: People) -> None:
    link = people.does("50-invite-somebody-to-speak-for-a-structure", STRUCTURE, **INVITATION)["link"]
    assert f"/connexion?vers=/invitations/{link}" in visitor.sees(f"/invitations/{link}")
    page = visitor.sees(f"/connexion?vers=/invitations/{link}")
    page = visitor.sends(page, values={"role": "PARENT"})
    assert "Accepter l'invitation" in page
    account = visitor.sends(page)
    assert "<h1>Mon compte</h1>" in account
    assert "Centre social Les Tilleuls" in account
    again = visitor.sends(visitor.sees(f"/invitations/{link}"), status=422)
    assert "<title>Erreur" in again
    visitor.sends(account)
    assert "<h1>Se connecter</h1>" in visitor.sees("/mon-compte")


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


def test_roles_are_offered_to_who_sits_before_the_machine_alone(visitor: Visitor, server: Server) -> None:
    assert "démonstration" in visitor.sees("/connexion")
    from_afar = visitor.http.get("/connexion", headers={"x-forwarded-for": "203.0.113.7"})
    assert "démonstration" not in from_afar.text
