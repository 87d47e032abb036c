"""A coordonnateur who has to sign registers a key on a page and signs a convention there, in Chromium."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from application.signatures.signing import Signing
from application.signatures.site import Site
from domain.kernel.actors import Role
from domain.proof.signing_rule import REQUIRABLE_ACTIONS
from tests.scenarios.signing.test_signing_in_a_browser import AUTHENTICATOR
from tests.support.browser.accessible import violations
from tests.support.browser.chromium import chromium
from tests.support.people import CONVENTION, COORDONNATEUR, STRUCTURE_ID
from tests.support.running import founded_server
from tests.support.server import Server
from tests.web.test_in_a_browser import TELEPHONE

SIGNED = "query($id: ID!) { structure(id: $id) { conventions { id ratePerAnimation } } }"


@pytest.fixture(scope="module")
def server(server_url: str, worker_id: str) -> Iterator[Server]:
    """On a name that browsers make keys for; coordonnateurs have to sign."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        site = Site.at(f"http://localhost:{taken.getsockname()[1]}")
        signing = Signing(site, frozenset({Role.COORDONNATEUR}), REQUIRABLE_ACTIONS)
        offers = {"COORDONNATEUR": COORDONNATEUR}
        name = f"web_{worker_id}_signing"
        with founded_server(server_url, name, offers=offers, signing=signing, taken=taken) as running:
            yield running


def signs_in(page: Page, address: str) -> None:
    page.goto(f"{address}/connexion")
    page.locator("button[value=COORDONNATEUR]").click()


def sends_a_convention(page: Page, address: str) -> None:
    page.goto(f"{address}/territoire/conventions/signer")
    for name in ("siret", "structureName", "coordonnateur", "signedOn", "validFrom", "validUntil"):
        page.locator(f"[name={name}]").fill(str(CONVENTION[name]))
    page.locator("[name=ratePerAnimation]").fill("150,00")
    page.get_by_role("button", name="Enregistrer la convention").click()


def test_a_convention_is_signed_with_a_key_that_was_registered_on_a_page(server: Server) -> None:
    address = server.address.replace("127.0.0.1", "localhost")
    with chromium() as browser:
        context = browser.new_context(viewport=TELEPHONE)  # type: ignore[arg-type]
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        signs_in(page, address)
        sends_a_convention(page, address)
        expect(page.get_by_role("alert")).to_contain_text("Vous n'avez pas encore de clé d'accès")
        expect(page.get_by_role("button", name="Recommencer")).to_be_visible()
        assert violations(page) == []
        page.goto(f"{address}/mon-compte/cles")
        page.get_by_role("button", name="Enregistrer une clé sur cet appareil").click()
        expect(page.get_by_role("status")).to_contain_text("La clé est enregistrée")
        assert violations(page) == []
        sends_a_convention(page, address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Signer avec votre clé d'accès")
        assert violations(page) == []
        page.get_by_role("button", name="Signer et envoyer").click()
        expect(page.get_by_role("status")).to_contain_text("La convention est enregistrée")
        context.close()

        plain = browser.new_context(java_script_enabled=False)
        page = plain.new_page()
        signs_in(page, address)
        page.goto(f"{address}/mon-compte/cles")
        expect(page.get_by_text("Une clé d'accès a besoin de JavaScript")).to_be_visible()
        expect(page.get_by_role("button", name="Enregistrer une clé")).to_be_hidden()
        plain.close()
    assert [text for text in complaints if "status of 4" not in text] == []
    (convention,) = server.ask(SIGNED, COORDONNATEUR, id=STRUCTURE_ID)["structure"]["conventions"]
    assert convention["ratePerAnimation"] == "150.00"
