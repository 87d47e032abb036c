"""A printed code is a right by being known: wrong ones are counted, by the thing, however it is spelt."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.limits.guesses import FROM_ONE_PLACE
from api.registrations import mutations as registrations
from tests.scenarios.following.test_subscriptions import opened, subscribe
from tests.support.people import People
from tests.support.server import Server, running_server

CANCEL = "mutation ($i: RegistrationCancelInput!) { registrationCancel(input: $i) { errors { code field } } }"
KEEP = "mutation ($i: RegistrationKeepInput!) { registrationKeep(input: $i) { errors { code field } } }"
REGISTER = "mutation ($i: RegistrationSubmitInput!) { registrationSubmit(input: $i) { code errors { code } } }"


@pytest.fixture
def animation(people: People) -> str:
    people.sign()
    return _published(people)


def _published(people: People) -> str:
    declared = people.declare()
    people.publish(declared)
    return declared


def _tries(server: Server, animation: str, code: str, document: str = CANCEL) -> str:
    """The code of what a guess is answered with."""
    content = server.post({"query": document, "variables": {"i": {"animationId": animation, "code": code}}}).json()
    if "errors" in content:
        return str(content["errors"][0]["extensions"]["code"])
    (payload,) = content["data"].values()
    return str(payload["errors"][0]["code"])


def _registers(server: Server, animation: str, number: int) -> dict[str, Any]:
    values = {"animationId": animation, "firstName": "Léa", "lastName": "Nom", "email": f"lea{number}@exemple.fr"}
    content: dict[str, Any] = server.post({"query": REGISTER, "variables": {"i": values}}).json()
    return content


def test_after_ten_wrong_codes_for_an_animation_no_more_are_tried_by_any_door(server, people, animation):
    code = _registers(server, animation, 1)["data"]["registrationSubmit"]["code"]
    spellings = [animation, animation.upper(), f"{{{animation}}}", animation.replace("-", ""), f"urn:uuid:{animation}"]
    tried = [_tries(server, spellings[n % 5], f"{n:08d}", KEEP if n % 2 else CANCEL) for n in range(FROM_ONE_PLACE)]
    assert set(tried) == {"INVALID"}
    for document in (CANCEL, KEEP):
        for spelling in spellings:
            assert _tries(server, spelling, code, document) == "TOO_MANY_REQUESTS"
    with opened(server) as socket:
        subscribe(socket, CANCEL, i={"animationId": animation, "code": code})
        (error,) = json.loads(socket.recv(timeout=10))["payload"]["errors"]
    assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"
    assert _tries(server, _published(people), "00000000") == "INVALID"
    # Another process counts on: more servers allow no more guesses.
    with running_server(server.application.pool.conninfo, server.clock, projects=False) as other:
        assert _tries(other, animation, code) == "TOO_MANY_REQUESTS"


def test_fifty_guesses_in_one_document_are_fifty(server, animation):
    fields = (
        f'a{n}: registrationCancel(input: {{ animationId: "{animation}", code: "{n:08d}" }}) {{ errors {{ code }} }}'
        for n in range(50)
    )
    content = server.post({"query": f"mutation {{ {' '.join(fields)} }}"}).json()
    (error,) = content["errors"]
    assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"
    assert error["path"] == [f"a{FROM_ONE_PLACE}"]


def test_right_codes_and_links_count_for_nothing(server, animation):
    for number in range(FROM_ONE_PLACE + 2):
        made = _registers(server, animation, number)["data"]["registrationSubmit"]
        values = {"animationId": animation, "code": f" {made['code'].lower().replace('-', ' ')}"}
        content = server.post({"query": CANCEL, "variables": {"i": values}}).json()
        assert content["data"]["registrationCancel"]["errors"] == []
    for _ in range(FROM_ONE_PLACE + 2):
        content = server.post({"query": CANCEL, "variables": {"i": {"link": "x" * 60}}}).json()
        assert content["data"]["registrationCancel"]["errors"][0]["code"] == "INVALID"


def test_what_can_be_no_code_is_no_guess(server, animation):
    for _ in range(FROM_ONE_PLACE + 2):
        assert _tries(server, animation, "A" * 30_000) == "INVALID"
    assert _tries(server, animation, "AAAA-AAAA") == "INVALID"


def test_another_spelling_of_an_animation_is_no_other_allowance(server, animation, monkeypatch):
    monkeypatch.setattr(registrations, "REGISTRATIONS_AT_ONCE", 3)
    assert all("errors" not in _registers(server, animation, number) for number in range(3))
    for number, spelling in enumerate((animation, animation.upper(), animation.replace("-", ""), f"{{{animation}}}")):
        (error,) = _registers(server, spelling, 10 + number)["errors"]
        assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"


def test_blanks_around_a_code_make_it_no_other_guess(server, people, animation):
    tried = [_tries(server, animation, " " * number + f"{number:08d}") for number in range(30, 90)]
    assert "TOO_MANY_REQUESTS" in tried
