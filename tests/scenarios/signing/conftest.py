"""Servers on which people sign."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from application.signatures.signing import Signing
from application.signatures.site import Site
from domain.kernel.actors import Role
from tests.scenarios.service.dossiers_story import Claims
from tests.support.people import COORDONNATEUR, STRUCTURE, People
from tests.support.server import Clock, Server, running_server
from tests.support.sign_in.passkeys import SITE, Authenticator
from tests.support.signers import Signer


@pytest.fixture
def required_of() -> frozenset[Role]:
    """The roles that have to sign."""
    return frozenset()


@pytest.fixture
def server(founded_url: str, clock: Clock, required_of: frozenset[Role]) -> Iterator[Server]:
    with running_server(founded_url, clock, signing=Signing(Site.at(SITE), required_of)) as running:
        yield running


@pytest.fixture
def claims(people: People) -> Claims:
    return Claims(people)


@pytest.fixture
def anne(server: Server) -> Signer:
    """A coordonnatrice with a passkey."""
    signer = Signer(server, COORDONNATEUR, Authenticator("anne"))
    assert signer.registers() == []
    return signer


@pytest.fixture
def dossier(claims: Claims, people: People) -> str:
    """Submitted, of one animation."""
    claims.attest(*claims.held())
    dossier = str(claims.open()["id"])
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    return dossier
