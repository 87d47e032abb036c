"""People sign in at an issuer and come back to their page; whoever forges a step of that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from application.sign_in.claims import ClaimsMapping
from application.sign_in.code_flow import CodeFlow
from application.sign_in.issuer import Issuer
from application.sign_in.oidc import OidcSignIn
from tests.support.running import founded_server
from tests.support.server import Server
from tests.support.sign_in.provider import AUDIENCE, CLIENT, SECRET, Provider, running_provider
from tests.support.visitor import Visitor, links

SITE = "https://parentalite.example.org"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture(autouse=True)
def as_it_was(provider: Provider) -> None:
    fresh = Provider(provider.address)
    for name in ("claims", "id_claims", "seconds", "answer", "codes", "signed_out", "clock"):
        setattr(provider, name, getattr(fresh, name))


@pytest.fixture(scope="module")
def server(server_url: str, worker_id: str, provider: Provider) -> Iterator[Server]:
    issuer = Issuer(provider.address)
    sign_in = OidcSignIn(issuer, AUDIENCE, ClaimsMapping(), lambda: provider.clock())
    back, out = f"{SITE}/connexion/retour", f"{SITE}/deconnexion"
    flow = CodeFlow(Issuer(provider.address), sign_in, CLIENT, back, out, sign_in.clock, SECRET)
    with founded_server(server_url, f"web_issuer_{worker_id}", sign_in=sign_in, code_flow=flow) as running:
        yield running


@pytest.fixture
def visitor(server: Server) -> Visitor:
    return Visitor(server.address)


def leaves(visitor: Visitor, path: str = "/connexion/depart?vers=/mon-compte?page=2") -> str:
    """Begin to sign in; return the issuer's page."""
    answer = visitor.http.get(path)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def comes_back(visitor: Visitor, place: str) -> httpx.Response:
    """Sign in at the issuer, and bring its answer to the page that it leads to."""
    address = httpx.get(place).headers["location"]
    assert address.startswith(f"{SITE}/connexion/retour?")
    return visitor.http.get(address.removeprefix(SITE))


def test_who_signs_in_comes_back_to_their_page_and_signs_out_of_the_issuer_too(
    visitor: Visitor, provider: Provider
) -> None:
    page = visitor.sees("/connexion?vers=/mon-compte?page=2")
    (departure,) = (link for link in links(page) if link.startswith("/connexion/depart"))
    place = leaves(visitor, departure)
    assert {"openid"} == set(parse_qs(urlsplit(place).query)["scope"])
    answer = comes_back(visitor, place)
    assert (answer.status_code, answer.headers["location"]) == (303, "/mon-compte?page=2")
    account = visitor.sees("/mon-compte")
    assert "Équipe nationale" in account
    goodbye = visitor.sends(account)
    assert "Vous êtes déconnecté(e)" in goodbye
    (onwards,) = (link for link in links(goodbye) if link.startswith(f"{provider.address}/logout"))
    httpx.get(onwards)
    assert provider.signed_out[0]["post_logout_redirect_uri"] == f"{SITE}/deconnexion"
    assert provider.signed_out[0]["id_token_hint"].count(".") == 2
    assert "/logout" not in visitor.sees("/deconnexion")
    assert "<h1>Se connecter</h1>" in visitor.sees("/mon-compte")


def test_a_link_for_another_account_lets_its_reader_change_accounts(visitor: Visitor) -> None:
    assert "changer de compte" not in visitor.sees("/ecole/rien", 404)
    place = leaves(visitor)
    assert "prompt" not in place
    comes_back(visitor, place)
    page = visitor.sees("/structure/dossiers/rien?page=2", 404)
    (change,) = (link for link in links(page) if link.startswith("/connexion?"))
    (departure,) = (link for link in links(visitor.sees(change)) if link.startswith("/connexion/depart"))
    # The issuer, which knows who it was, would take the same account again.
    place = leaves(visitor, departure)
    assert parse_qs(urlsplit(place).query)["prompt"] == ["login"]
    assert comes_back(visitor, place).headers["location"] == "/structure/dossiers/rien?page=2"


def test_an_answer_of_another_sign_in_or_of_another_browser_signs_nobody_in(
    visitor: Visitor, server: Server, provider: Provider
) -> None:
    mine, theirs = leaves(visitor), leaves(Visitor(server.address))
    crossed = comes_back(visitor, theirs)
    assert (crossed.status_code, "Recommencez" in crossed.text) == (403, True)
    # The forged answer has used up what was begun.
    assert comes_back(visitor, mine).status_code == 403
    assert comes_back(Visitor(server.address), leaves(visitor)).status_code == 403
    assert "<h1>Se connecter</h1>" in visitor.sees("/mon-compte")


def test_a_code_that_was_redeemed_is_worth_nothing_even_with_the_cookie_of_then(
    visitor: Visitor, server: Server
) -> None:
    place = leaves(visitor)
    kept = {cookie.name: cookie.value or "" for cookie in visitor.http.cookies.jar}
    answer = httpx.get(place).headers["location"].removeprefix(SITE)
    assert visitor.http.get(answer).status_code == 303
    again = Visitor(server.address)
    assert again.http.get(answer).status_code == 403
    again.http.cookies.update(kept)
    assert again.http.get(answer).status_code == 403
    assert "<h1>Se connecter</h1>" in again.sees("/mon-compte")


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "another"}, {"aud": "another client"}, {"iss": "https://ailleurs.example"}, {"exp": 1}, {"azp": "x"}],
)
def test_an_id_token_that_is_not_of_this_sign_in_is_refused(
    visitor: Visitor, provider: Provider, claims: dict[str, object]
) -> None:
    provider.id_claims = claims
    answer = comes_back(visitor, leaves(visitor))
    assert (answer.status_code, "ne pouvons pas accepter" in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": "access_denied"}, "pas terminé la connexion"),
        ({"iss": "https://ailleurs.example"}, "ne pouvons pas accepter"),
        ({"code": "forged"}, "ne pouvons pas accepter"),
    ],
)
def test_who_declines_or_forges_an_answer_reads_what_to_do(
    visitor: Visitor, provider: Provider, answer: dict[str, str], words: str
) -> None:
    provider.answer = answer
    page = comes_back(visitor, leaves(visitor))
    assert (page.status_code, words in page.text) == (403, True)
    assert "/connexion?vers=/mon-compte%3Fpage%3D2" in page.text


def test_who_has_no_role_here_reads_that_at_once(visitor: Visitor, provider: Provider) -> None:
    provider.claims = {"sub": "personne", "role": "cuisine"}
    answer = comes_back(visitor, leaves(visitor))
    assert (answer.status_code, "aucun rôle de ce service" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "path", ["//ailleurs.example", "https://ailleurs.example", "/\\ailleurs.example", "/%09/ailleurs.example", "x"]
)
def test_nobody_is_led_to_another_site(visitor: Visitor, path: str) -> None:
    visitor.sees(f"/connexion/depart?vers={path}", 404)


def test_a_session_that_ends_while_a_form_is_filled_in_loses_nothing(visitor: Visitor, provider: Provider) -> None:
    provider.claims["groups"] = "x" * 6_000
    assert comes_back(visitor, leaves(visitor)).status_code == 303
    form = visitor.sees("/inscription")
    # Longer than one cookie holds; the next session is shorter, and nothing of this one is left in it.
    provider.claims.pop("groups")
    provider.seconds = 1
    assert comes_back(visitor, leaves(visitor)).status_code == 303
    provider.clock = lambda: datetime.now(UTC) + timedelta(minutes=5)
    ended = visitor.sends(form, values={"code": "AAAA-2222"}, status=401)
    assert "n'est pas perdu" in ended
    provider.clock, provider.seconds = lambda: datetime.now(UTC), 300
    assert comes_back(visitor, leaves(visitor)).status_code == 303
    # The code is nobody's, and the answer is that of the API: what was typed came through.
    answer = visitor.sends(ended, status=422)
    assert "<title>Erreur" in answer
    assert 'value="AAAA-2222"' in answer
