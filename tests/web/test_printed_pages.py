"""On paper stands what a page says, and nothing that only a screen can do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.chromium import chromium
from tests.support.people import People
from tests.support.server import Server

#: What leads elsewhere, or waits for an answer.
_OF_SCREENS = "nav, a.fr-btn, button, main form, details:not([open])"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def animation(people: People) -> str:
    animation = people.declare(title="Café des parents")
    people.publish(animation)
    return animation


@pytest.fixture
def printed(browser: Browser, server: Server) -> Iterator[Page]:
    """A page as printers lay it out."""
    context = browser.new_context(base_url=server.address, viewport={"width": 718, "height": 1_000})
    page = context.new_page()
    page.emulate_media(media="print")
    yield page
    context.close()


def shown(page: Page, selector: str) -> list[str]:
    return [each.inner_text() for each in page.locator(selector).all() if each.is_visible()]


def test_an_animation_is_printed_without_its_menus_and_its_form(printed, animation):
    printed.goto(f"/animations/{animation}")
    expect(printed.get_by_role("heading", level=1)).to_contain_text("Café des parents")
    expect(printed.get_by_text("Place", exact=False).first).to_be_visible()
    assert printed.locator("main form").count()
    assert shown(printed, _OF_SCREENS) == []


def test_the_listing_is_printed_without_its_criteria_and_cuts_no_card(printed, animation):
    printed.goto("/animations")
    expect(printed.get_by_role("heading", name="Café des parents")).to_be_visible()
    assert shown(printed, _OF_SCREENS) == []
    kept_whole = "card => getComputedStyle(card).breakInside"
    assert {card.evaluate(kept_whole) for card in printed.locator(".site-card").all()} == {"avoid"}


def test_a_place_is_printed_without_what_can_be_done_with_it(printed, people, animation):
    form = {"animationId": animation, "firstName": "Léa", "lastName": "Martin", "email": "lea@exemple.fr"}
    link = people.does("40-register-for-an-animation", None, **form)["link"]
    printed.goto(f"/inscriptions/{link}")
    expect(printed.get_by_role("heading", level=1)).to_have_text("Votre place est réservée")
    assert shown(printed, _OF_SCREENS) == []


def test_who_registered_is_printed_without_what_is_filled_in_on_a_screen(printed, server, people, animation):
    form = {"animationId": animation, "firstName": "Noé", "lastName": "Petit", "email": "noe@exemple.fr"}
    people.does("40-register-for-an-animation", None, **form)
    printed.emulate_media(media="screen")
    printed.goto("/connexion")
    printed.locator("button[value=STRUCTURE]").click()
    printed.emulate_media(media="print")
    printed.goto(f"/structure/animations/{animation}/presences")
    expect(printed.get_by_text("Noé Petit").first).to_be_visible()
    assert shown(printed, _OF_SCREENS) == []
