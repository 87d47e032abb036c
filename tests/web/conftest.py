"""One server for all pages of a module, and visitors of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.kernel.actors import Role
from tests.support.people import (
    AUDITOR,
    COLLEGE,
    COORDONNATEUR,
    DIRECTOR,
    HEAD,
    INSPECTOR,
    OTHER_SIRET,
    OTHER_STRUCTURE,
    SCHOOL,
    SIRET,
    STRUCTURE,
    TEACHER,
    People,
)
from tests.support.people import NATIONAL as TEAM
from tests.support.running import founded_server
from tests.support.server import Server, expired_token, token
from tests.support.visitor import Visitor


@pytest.fixture(scope="module")
def server(server_url: str, worker_id: str, request: pytest.FixtureRequest) -> Iterator[Server]:
    name = f"web_{worker_id}_{request.module.__name__.rpartition('.')[2]}"
    offers = {
        "STRUCTURE": STRUCTURE,
        "PARENT": token(Role.PARENT, "anne@exemple.fr"),
        "NATIONAL": expired_token(Role.NATIONAL),
        "COORDONNATEUR": COORDONNATEUR,
        "AUDITOR": AUDITOR,
        "DIRECTOR": DIRECTOR,
        "INSPECTOR": INSPECTOR,
        "HEAD": HEAD,
        "TEACHER": TEACHER,
        "MEDIATEUR": token(Role.MEDIATEUR, "médiatrice"),
        "MEDIATEUR_HERE": token(Role.MEDIATEUR, "médiateur des Tilleuls", sirets=[SIRET]),
        "OTHER": OTHER_STRUCTURE,
        # Beside the roles: one more national team, and whoever answers for another territory or for two structures.
        "TEAM": TEAM,
        "ELSEWHERE": token(Role.COORDONNATEUR, "Coordination 13", territories=["13"]),
        "BOTH": token(Role.STRUCTURE, "Les deux", sirets=[SIRET, OTHER_SIRET]),
        "TWO": token(Role.COORDONNATEUR, "Deux territoires", territories=["34", "13"]),
        "INSPECTOR_OF_TWO": token(Role.INSPECTOR, schools=[SCHOOL, COLLEGE]),
        # The director of a school in a department that takes no part.
        "ABROAD": token(Role.DIRECTOR, schools=["0751234J"]),
    }
    with founded_server(server_url, name, offers=offers) as running:
        yield running


@pytest.fixture(scope="module")
def people(server: Server) -> People:
    """A structure with a convention, and those it deals with."""
    people = People(server)
    people.sign()
    return people


@pytest.fixture(scope="module")
def animation(people: People) -> str:
    """One that is published."""
    animation = people.declare()
    people.publish(animation)
    return animation


@pytest.fixture
def visitor(server: Server) -> Visitor:
    return Visitor(server.address)
