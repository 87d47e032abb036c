"""GraphiQL in a browser: it needs no other site, asks with one's token, offers the examples, follows what happens."""

from __future__ import annotations

from playwright.sync_api import expect

from domain.kernel.actors import Role
from tests.support.browser.window import Window
from tests.support.people import NATIONAL, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import expired_token

WHO = "{ viewer { role } }"
TIMELINE = f'subscription {{ structureTimeline(structureId: "{STRUCTURE_ID}") {{ type }} }}'


def test_the_page_works_without_the_internet(window: Window):
    window.open()
    window.run()
    expect(window.answer).to_contain_text('"totalCount"')
    expect(window.problem).to_be_hidden()
    assert window.requests
    assert [url for url in window.requests if not url.startswith((window.address, "data:"))] == []
    # Nothing that its policy forbids either: the browser would complain.
    assert window.complaints == []


def test_with_a_token_one_asks_in_ones_role(window: Window):
    window.open()
    window.paste(NATIONAL)
    window.write(WHO)
    window.run()
    expect(window.answer).to_contain_text('"role": "NATIONAL"')


def test_the_token_stays_in_its_window_and_leaves_at_a_click(window: Window):
    window.open().paste(NATIONAL)
    window.open()
    expect(window.token).to_have_value(NATIONAL)
    assert NATIONAL not in window.page.evaluate("JSON.stringify(localStorage) + document.cookie")
    other = Window(window.page.context.new_page(), window.address).open()
    expect(other.token).to_have_value("")

    window.page.get_by_role("button", name="Effacer").click()
    expect(window.token).to_be_focused()
    assert window.page.evaluate("Object.values(sessionStorage)").count(NATIONAL) == 0


def test_a_token_that_does_not_hold_is_said_to_at_once_and_a_better_one_helps(window: Window):
    window.open()
    window.paste(expired_token(Role.NATIONAL))
    expect(window.problem).to_have_text("Ce jeton est refusé par le serveur. Jeton expiré : reconnectez-vous.")
    expect(window.token).to_have_attribute("aria-invalid", "true")
    window.paste("deux mots")
    expect(window.problem).to_contain_text("sans espace")
    window.paste(f"Bearer {NATIONAL}")
    expect(window.problem).to_be_hidden()
    window.write(WHO)
    window.run()
    expect(window.answer).to_contain_text('"role": "NATIONAL"')


def test_an_example_is_chosen_by_keyboard_and_run(window: Window, people: People):
    people.publish(people.declare(title="L'ENT pas à pas"))
    window.open()
    window.token.focus()
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Tab")
    expect(window.examples).to_be_focused()
    window.page.keyboard.type("Chercher parmi")
    expect(window.document).to_contain_text("query SearchTheListing")
    expect(window.variables).to_contain_text('"text": "ent"')
    window.run()
    expect(window.answer).to_contain_text("L'ENT pas à pas")


def test_an_example_replaces_all_that_was_written_since(window: Window):
    window.open()
    window.examples.select_option(label="Suivre une inscription")
    expect(window.variables).to_contain_text('"link": "LINK"')
    window.write("# un brouillon")
    window.write("{}", window.variables)
    # Its variables are those of the one before.
    window.examples.select_option(label="Suivre sa candidature")
    expect(window.document).to_contain_text("query FollowACandidature")
    expect(window.document).not_to_contain_text("brouillon")
    expect(window.variables).to_contain_text('"link": "LINK"')


def test_a_subscription_tells_what_happens_to_who_may_know_it(window: Window, people: People):
    window.open()
    window.write(TIMELINE)
    window.run()
    expect(window.answer).to_contain_text("UNAUTHENTICATED")

    window.paste(STRUCTURE)
    window.run()
    for _ in range(20):
        people.declare()
        if "animation.created" in window.answer.inner_text():
            break
        window.page.wait_for_timeout(250)
    expect(window.answer).to_contain_text('"type": "animation.created"')
    window.stop_button.click()
    expect(window.run_button).to_be_visible()

    window.paste(expired_token(Role.STRUCTURE))
    window.run()
    expect(window.problem).to_contain_text("Ce jeton est refusé par le serveur.")
    expect(window.answer).to_contain_text("Ce jeton est refusé par le serveur.")


def test_an_example_of_a_subscription_is_followed_until_it_is_stopped(window: Window):
    window.open()
    window.examples.select_option(label="Suivre les publications")
    window.run()
    expect(window.stop_button).to_be_visible()
    window.stop_button.click()
    expect(window.run_button).to_be_visible()
    assert f"{window.address.replace('http', 'ws')}/graphql" in window.requests
    assert window.complaints == []


def test_a_narrow_window_has_the_answer_under_the_question_and_never_scrolls_sideways(window: Window):
    window.page.set_viewport_size({"width": 400, "height": 800})
    window.open()
    assert window.page.evaluate("document.documentElement.scrollWidth") == 400
    question, answer = (part.bounding_box() for part in (window.document, window.answer))
    assert question is not None
    assert answer is not None
    assert min(question["width"], answer["width"]) > 200
    assert answer["y"] > question["y"] + question["height"]
    assert answer["height"] > 200
