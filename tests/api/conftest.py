"""A database in which the programme is founded, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest

from application.application import open_application
from application.founding import found_database
from application.hosting.database import temporary_database
from application.proof.signer.naming import name_log
from domain.kernel.identifiers import structure_id
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.registry import projections
from tests.support.api.asking import BASSE_TERRE, FOUNDED_AT, MASTER_KEY, TILLEULS, Town
from tests.support.world import EVENT_KEYS, LOG_NAME

_numbers = count(1)


@pytest.fixture(scope="session")
def founded_name(server_url: str, worker_id: str) -> Iterator[str]:
    """The name of a template database, its read models up to date."""
    name = f"api_founded_{worker_id}"
    with temporary_database(server_url, name) as url:
        with open_application(url, MASTER_KEY, EVENT_KEYS) as app:
            found_database(app, FOUNDED_AT)
            with app.pool.connection() as conn:
                name_log(conn, LOG_NAME)
                prepare(conn, projections)
                catch_up(conn, app.vault)
        yield name


@pytest.fixture
def town(server_url: str, worker_id: str, founded_name: str) -> Iterator[Town]:
    with (
        temporary_database(server_url, f"api_{worker_id}_{next(_numbers)}", founded_name) as url,
        open_application(url, MASTER_KEY, EVENT_KEYS) as app,
    ):
        yield Town(app, url)


@pytest.fixture
def busy(town: Town) -> Town:
    """Something of everything that public and partners read."""
    convention = town.signs()
    town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    held = town.declares(title="Tenue", themes=("temps-ecran", "educonnect"), published=True)
    town.animations = [
        held,
        town.declares(title="Annoncée", published=True, address="1, rue « Jules Ferry », 34000 Montpellier"),
        town.declares(BASSE_TERRE, title="Aux îles", territory="971", type="atelier-parents", published=True),
        town.declares(title="Proposée"),
        structure_id(TILLEULS),
        convention,
        town.applies(),
    ]
    town.refuses(town.declares(title="Refusée"))
    town.cancels(town.declares(title="Annulée", published=True))
    town.animations.append(town.clones(held))
    town.now = FOUNDED_AT + timedelta(days=60)
    town.attests(held, 7)
    town.attaches(held)
    return town
