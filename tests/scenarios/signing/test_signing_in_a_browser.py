"""A browser registers a passkey and signs with it, by a virtual authenticator of Chromium."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page

from application.proof.bundle_checks.opened_bundle import Demands
from application.proof.public_keys import PublicKey
from application.proof.verifying import verify
from application.signatures.signing import Signing
from application.signatures.site import Site
from domain.kernel.actors import Role
from tests.support.browser.chromium import chromium
from tests.support.people import AUDITOR, COORDONNATEUR, REASONS, People
from tests.support.server import CHECKPOINT_KEY, Clock, Server, running_server
from tests.support.sign_in.passkeys import Authenticator
from tests.support.signers import Signer

PAGE = (Path(__file__).parents[2] / "support" / "signing_page.html").read_text()
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def server(founded_url: str, clock: Clock) -> Iterator[Server]:
    """On a name that browsers make passkeys for. The coordonnateurs have to sign."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        site = Site.at(f"http://localhost:{taken.getsockname()[1]}")
        signing = Signing(site, frozenset({Role.COORDONNATEUR}))
        with running_server(founded_url, clock, signing=signing, taken=taken) as running:
            yield running


def opened_page(browser: Browser, address: str, **options: Any) -> Page:
    """The page that signs, on a device of its own."""
    page = browser.new_context().new_page()
    page.route(f"{address}/signing", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page.goto(f"{address}/signing")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | options})
    return page


def signs(page: Page, act: dict[str, Any]) -> dict[str, Any]:
    signature: dict[str, Any] = page.evaluate("([token, act]) => sign(token, act)", [COORDONNATEUR, act])
    return signature


def test_a_certification_is_signed_in_a_browser_and_its_signature_verified_offline(
    browser: Browser, server: Server, people: People, dossier: str, tmp_path: Path
) -> None:
    page = opened_page(browser, server.address.replace("127.0.0.1", "localhost"))
    registered = page.evaluate("token => register(token)", COORDONNATEUR)
    assert (registered["errors"], len(registered["passkeys"])) == ([], 1)
    (error,) = people.is_refused("21-certify-the-service", COORDONNATEUR, dossierId=dossier, **REASONS)
    assert error["field"] == ["signature"]
    anne = Signer(server, COORDONNATEUR, Authenticator())
    act = {"dossierId": dossier, **REASONS}
    signature = signs(page, {"serviceDossierCertify": act})
    assert anne.sends("serviceDossierCertify", **act, signature=signature) == []
    withdrawal = {"dossierId": dossier, "reason": "Erreur de saisie."}
    replayed = anne.sends("certificationWithdraw", **withdrawal, signature=signature)
    assert "n'est pas celle de cet acte" in replayed[0]["message"]

    answer = server.http.get(f"/service-dossiers/{dossier}/bundle.zip", headers={"authorization": f"Bearer {AUDITOR}"})
    bundle = tmp_path / "dossier.zip"
    bundle.write_bytes(answer.content)
    checks = list(verify(bundle, [PublicKey(CHECKPOINT_KEY.public)], Demands(signing=[Role.COORDONNATEUR])))
    assert all(check.ok for check in checks), checks[-1]
    assert any("1 of 3 acts that move money are signed" in check.text for check in checks)


def test_a_device_that_verifies_nobody_and_one_without_the_key_sign_nothing(
    browser: Browser, server: Server, dossier: str
) -> None:
    address = server.address.replace("127.0.0.1", "localhost")
    careless = opened_page(browser, address, isUserVerified=False)
    with pytest.raises(Error, match="NotAllowedError"):
        careless.evaluate("token => register(token)", COORDONNATEUR)
    assert opened_page(browser, address).evaluate("token => register(token)", COORDONNATEUR)["errors"] == []
    stranger = opened_page(browser, address)
    with pytest.raises(Error, match="NotAllowedError"):
        signs(stranger, {"serviceDossierCertify": {"dossierId": dossier, **REASONS}})
