"""One server and one browser for all stories of the page; each has a window of its own, that remembers nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from application.application import open_application
from application.founding import found_database
from application.hosting.database import temporary_database
from projections.engine.catching_up import catch_up
from projections.engine.generations import prepare
from projections.registry import projections
from tests.scenarios.conftest import FOUNDED_AT
from tests.support.browser.chromium import chromium
from tests.support.browser.window import Window
from tests.support.people import People
from tests.support.server import MASTER_KEY, Clock, Server, running_server
from tests.support.world import EVENT_KEYS


@pytest.fixture(scope="module")
def server(server_url: str, worker_id: str) -> Iterator[Server]:
    with temporary_database(server_url, f"ide_{worker_id}") as url:
        with open_application(url, MASTER_KEY, EVENT_KEYS) as application:
            found_database(application, FOUNDED_AT)
            with application.pool.connection() as conn:
                prepare(conn, projections)
                catch_up(conn, application.vault)
        with running_server(url, Clock()) as running:
            yield running


@pytest.fixture(scope="module")
def people(server: Server) -> People:
    """Their structure has its convention."""
    people = People(server)
    people.sign()
    return people


# Of the module: while Playwright runs, its event loop stands in the way of those of other tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def window(browser: Browser, server: Server) -> Iterator[Window]:
    with browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 800}) as context:
        yield Window(context.new_page(), server.address)
