"""One server and one browser for all stories of the page; each has a window of its own, that remembers nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser.chromium import chromium
from tests.support.browser.window import Window
from tests.support.people import People
from tests.support.running import founded_server
from tests.support.server import Server


@pytest.fixture(scope="module")
def server(server_url: str, worker_id: str) -> Iterator[Server]:
    with founded_server(server_url, f"ide_{worker_id}") as running:
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
