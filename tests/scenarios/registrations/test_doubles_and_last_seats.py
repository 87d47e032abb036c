"""The same person is not given two seats, and a seat that is freed at the last moment is given to nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.kernel.actors import Role
from tests.support.people import ANIMATION, STRUCTURE
from tests.support.server import token

REGISTER, REGISTER_FOR = "40-register-for-an-animation", "41-register-somebody-else"
CANCEL, SEE = "42-cancel-a-registration", "46-see-who-registered"
DIRECTOR = token(Role.DIRECTOR, "Directrice", schools=["0349102J"])
MOUSSA = {"firstName": "Moussa", "lastName": "N'Diaye", "phone": "06 39 98 00 01"}


def _seated(server: Any, animation: str) -> int:
    nodes = server.run(SEE, STRUCTURE, id=animation)["registrations"]["nodes"]
    return sum(node["status"] == "SEATED" for node in nodes)


def _seats_left(server: Any, animation: str) -> int:
    answer = server.ask("query($id: ID!) { animation(id: $id) { seatsLeft } }", STRUCTURE, id=animation)
    return int(answer["animation"]["seatsLeft"])


@pytest.mark.parametrize(
    "spelling",
    [
        {},
        {"phone": "+33 6 39 98 00 01"},
        {"phone": "06-39-98-00-01", "firstName": "MOUSSA", "lastName": "N Diaye"},
        {"firstName": "n'diaye", "lastName": "Moussa"},
    ],
    ids=str,
)
def test_a_parent_without_an_address_is_known_again_by_name_and_telephone(people, server, animation, spelling):
    people.does(REGISTER_FOR, DIRECTOR, animationId=animation, **MOUSSA)
    again = people.does(REGISTER_FOR, DIRECTOR, animationId=animation, **MOUSSA | spelling)
    assert again["code"]
    assert _seats_left(server, animation) == 1
    (error,) = people.is_refused(REGISTER_FOR, STRUCTURE, animationId=animation, **MOUSSA | spelling)
    assert (error["code"], error["field"]) == ("DUPLICATE", ["phone"])


def test_a_parent_with_an_address_is_known_again_by_it_with_names_in_each_others_place_too(people, server, animation):
    parent = {"firstName": "Moussa", "lastName": "N'Diaye", "email": "moussa@exemple.fr"}
    people.does(REGISTER, None, animationId=animation, **parent)
    swapped = parent | {"firstName": "N'Diaye", "lastName": "Moussa", "email": "Moussa@Exemple.fr"}
    people.does(REGISTER, None, animationId=animation, **swapped)
    assert _seats_left(server, animation) == 1
    # A name alone is nobody's: fathers and sons share it.
    people.does(REGISTER, None, animationId=animation, **parent | {"email": "fils@exemple.fr"})
    assert _seats_left(server, animation) == 0


def test_another_name_or_another_telephone_is_another_person(people, server, animation):
    people.does(REGISTER_FOR, DIRECTOR, animationId=animation, **MOUSSA)
    people.does(REGISTER_FOR, STRUCTURE, animationId=animation, **MOUSSA | {"firstName": "Awa"})
    assert _seats_left(server, animation) == 0


def test_a_seat_freed_shortly_before_the_start_stays_free_for_who_comes(people, server, animation):
    links = [
        people.does(
            REGISTER, None, animationId=animation, firstName="Léa", lastName="Inventée", email=f"lea{number}@exemple.fr"
        )["link"]
        for number in range(4)
    ]
    start = datetime.fromisoformat(str(ANIMATION["startsAt"]))
    server.clock.now = start - timedelta(hours=2, minutes=1)
    people.does(CANCEL, None, link=links[0])
    assert (_seated(server, animation), _seats_left(server, animation)) == (2, 0)
    server.clock.now = start - timedelta(minutes=4)
    people.does(CANCEL, None, link=links[1])
    assert (_seated(server, animation), _seats_left(server, animation)) == (1, 1)
    at_the_door = people.does(
        REGISTER, None, animationId=animation, firstName="Zoé", lastName="Inventée", email="zoe@exemple.fr"
    )
    assert at_the_door["registration"]["status"] == "SEATED"
