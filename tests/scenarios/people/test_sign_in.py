"""The API behind a real OpenID Provider: npm's oidc-provider, run on loopback by Node."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import psycopg
import pytest
from joserfc.jwk import KeySet
from websockets.exceptions import ConnectionClosed

from application.sign_in.claims import ClaimsMapping
from application.sign_in.issuer import KEYS_APART, Issuer
from application.sign_in.local import issue_token
from application.sign_in.oidc import OidcSignIn
from domain.kernel.actors import Role
from tests.scenarios.following.test_subscriptions import TIMELINE, opened, subscribe
from tests.support.conditions import started
from tests.support.network.npm import installed
from tests.support.people import ANIMATION, CONVENTION, NATIONAL, STRUCTURE_ID, People
from tests.support.server import TOKEN_SECRET, Clock, Server, running_server

VERSION = "9.13.3"
AUDIENCE = "https://api.parentalite.example.org"
SECRET = "a secret that these tests alone know"
BACK = "https://client.example.org/back"
VIEWER = "{ viewer { actor role territories structures { siret } } }"


@dataclass
class Provider:
    process: subprocess.Popen[str]
    address: str

    def token(self, client: str) -> str:
        """An access token by client credentials, as a JWT for our audience."""
        form = {"grant_type": "client_credentials", "scope": "api"}
        answer = httpx.post(f"{self.address}/token", data=form, auth=(client, SECRET))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def rotates_its_keys(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        # The provider writes its own notices there, too.
        while started(self.process.stdout.readline).result(60).strip() != "rotated":
            assert self.process.poll() is None

    def opaque_token(self, login: str) -> str:
        """A token for the provider's userinfo alone."""
        return str(self.signs_in(login)["access_token"])

    def signs_in(self, login: str) -> dict[str, Any]:
        """What a person gets who signs in by the provider's own pages and consents: tokens, none of them for us."""
        parameters = {"client_id": AUDIENCE, "response_type": "code", "redirect_uri": BACK, "scope": "openid"}
        with httpx.Client() as browser:
            page = browser.get(f"{self.address}/auth", params=parameters)
            while not (place := urljoin(self.address, page.headers.get("location", ""))).startswith(BACK):
                page = browser.get(place)
                # An error's page leads nowhere.
                assert page.status_code < 400, page.text
                if page.status_code == 200:
                    page = self._answers(browser, str(page.url), page.text, login)
            code = parse_qs(urlsplit(place).query)["code"][0]
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
            answer = browser.post(f"{self.address}/token", data=form, auth=(_quoted, SECRET))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    @staticmethod
    def _answers(browser: httpx.Client, url: str, page: str, login: str) -> httpx.Response:
        prompt = re.search(r'name="prompt" value="(\w+)"', page)
        assert prompt is not None, page
        action = re.search(r'action="([^"]+)"', page)
        assert action is not None, page
        return browser.post(urljoin(url, action[1]), data={"prompt": prompt[1], "login": login, "password": "any"})


_quoted = AUDIENCE.replace(":", "%3A").replace("/", "%2F")


@pytest.fixture(scope="module")
def package() -> Path:
    """The folder that the provider is installed in."""
    return installed(f"oidc-provider-{VERSION}", f"oidc-provider@{VERSION}")


@pytest.fixture
def provider(package: Path, tmp_path: Path) -> Iterator[Provider]:
    script = tmp_path / "provider.mjs"
    shutil.copy(Path(__file__).parents[2] / "application" / "sign_in" / "provider.mjs", script)
    (tmp_path / "node_modules").symlink_to(package / "node_modules")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(["node", str(script), AUDIENCE], text=True, env=os.environ, **pipes)  # type: ignore[call-overload]
    try:
        yield Provider(process, started(process.stdout.readline).result(60).strip())
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def issuer(provider: Provider) -> Issuer:
    return Issuer(provider.address)


@pytest.fixture
def server(founded_url: str, clock: Clock, issuer: Issuer, request: pytest.FixtureRequest) -> Iterator[Server]:
    mapping = ClaimsMapping(userinfo=getattr(request, "param", False))
    sign_in = OidcSignIn(issuer, AUDIENCE, mapping, lambda: datetime.now(UTC))
    with running_server(founded_url, clock, sign_in=sign_in) as running:
        yield running


def test_clients_of_the_provider_act_in_their_roles_whatever_algorithm_signs(provider, server):
    national, structure, coordonnateur = (provider.token(who) for who in ("national", "structure", "coordonnateur"))
    viewer = server.ask(VIEWER, coordonnateur)["viewer"]
    assert viewer == {"actor": "coordonnateur", "role": "COORDONNATEUR", "territories": ["34"], "structures": []}
    people = People(server)

    people.does("01-sign-a-convention", coordonnateur, **CONVENTION)
    declared = people.does("03-declare-an-animation", structure, **ANIMATION)["animation"]["id"]
    people.does("06-publish-an-animation", national, animationId=declared)
    assert people.listing() == [ANIMATION["title"]]
    assert server.ask(VIEWER, structure)["viewer"]["structures"] == [{"siret": "21020001000010"}]


def test_who_has_no_role_and_who_brings_a_token_of_the_embedded_setup_are_refused(provider, server):
    own = issue_token(TOKEN_SECRET, Role.NATIONAL, "national", datetime.now(UTC))
    for bad in (provider.token("nobody"), own):
        answer = server.post({"query": VIEWER}, bad)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


def test_after_a_rotation_new_tokens_are_believed(provider, server, issuer):
    assert server.post({"query": VIEWER}, provider.token("national")).status_code == 200
    provider.rotates_its_keys()
    waited = issuer.clock() + KEYS_APART
    issuer.clock = lambda: waited
    assert server.post({"query": VIEWER}, provider.token("national")).status_code == 200


def test_while_the_provider_is_down_those_signed_in_go_on_and_nobody_is_taken_for_the_public(provider, server, issuer):
    token = provider.token("national")
    assert server.post({"query": VIEWER}, token).status_code == 200
    other = provider.token("structure")
    provider.process.kill()
    provider.process.wait()
    assert server.post({"query": VIEWER}, token).status_code == 200
    issuer.keys = type(issuer.keys)([])
    waited = issuer.clock() + KEYS_APART
    issuer.clock = lambda: waited
    answer = server.post({"query": VIEWER}, other)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["errors"][0]["extensions"]["code"] == "SIGN_IN_UNAVAILABLE"


@pytest.mark.parametrize("server", [True], indirect=True, ids=["with userinfo"])
def test_a_person_who_signs_in_by_the_providers_pages_is_known_by_the_signed_userinfo(provider, server):
    viewer = server.ask(VIEWER, provider.opaque_token("Coordination 34"))["viewer"]
    assert (viewer["actor"], viewer["role"], viewer["territories"]) == ("Coordination 34", "COORDONNATEUR", ["34"])


@pytest.mark.parametrize("server", [False, True], indirect=True, ids=["without userinfo", "with userinfo"])
def test_an_id_token_of_a_person_is_no_access_token_though_it_is_signed_and_names_us(provider, server):
    id_token = provider.signs_in("Coordination 34")["id_token"]
    assert server.post({"query": VIEWER}, id_token).status_code == 401


@pytest.mark.parametrize("server", [True], indirect=True, ids=["with userinfo"])
@pytest.mark.parametrize("shown", ["é", "a b", "a\tb", "=", "{}"])
def test_what_has_not_the_form_of_a_token_is_refused_and_not_put_down_to_the_provider(provider, server, shown):
    headers = {"authorization": f"Bearer {shown}".encode("latin-1")}
    assert server.http.post("/graphql", json={"query": VIEWER}, headers=headers).status_code == 401


@pytest.mark.parametrize("server", [True], indirect=True, ids=["with userinfo"])
def test_erasing_a_person_ends_a_sign_in_that_does_not_tell_how_old_it_is(provider, server, founded_url, clock):
    login = "coordination34@exemple.fr"
    token = provider.opaque_token(login)
    with running_server(founded_url, clock) as own:
        People(own).does("56-admit-an-auditor", NATIONAL, subject=login, until="2027-06-01T00:00:00Z")
        assert server.post({"query": VIEWER}, token).status_code == 200
        own.ask("mutation($of: String!) { personErase(input: {subject: $of}) { erased } }", NATIONAL, of=login)
    with psycopg.connect(founded_url) as conn:
        # The userinfo that is made out after the erasure is younger than it, the token is not.
        conn.execute("UPDATE person_keys SET erased_at = erased_at - interval '1 hour' WHERE erased_at IS NOT NULL")
    answer = server.post({"query": VIEWER}, token)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


def test_sockets_and_streams_know_the_providers_tokens_and_refuse_others(provider, server):
    token, own = provider.token("structure"), issue_token(TOKEN_SECRET, Role.NATIONAL, "national", datetime.now(UTC))
    with opened(server, token) as socket:
        subscribe(socket, VIEWER)
        assert json.loads(socket.recv(timeout=10))["payload"]["data"]["viewer"]["role"] == "STRUCTURE"
    with pytest.raises(ConnectionClosed) as closed, opened(server, own):
        pass
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403

    body = {"query": TIMELINE, "variables": {"structureId": STRUCTURE_ID}}
    for shown, status in ((token, 200), (own, 401)):
        headers = {"accept": "text/event-stream", "authorization": f"Bearer {shown}"}
        with server.http.stream("POST", "/graphql", json=body, headers=headers) as stream:
            assert stream.status_code == status


def test_many_requests_at_once_ask_the_provider_for_its_keys_once(provider, server, issuer, monkeypatch):
    issuers: list[Issuer] = []
    ask = Issuer._current_keys

    def counted(issuer: Issuer) -> KeySet:
        issuers.append(issuer)
        return ask(issuer)

    monkeypatch.setattr(Issuer, "_current_keys", counted)
    token = provider.token("national")
    answers = [started(lambda: server.post({"query": VIEWER}, token).status_code) for _ in range(20)]
    assert [answer.result(60) for answer in answers] == [200] * 20
    assert len(issuers) == 1
