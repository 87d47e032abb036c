"""On the day the list is ticked by name, code or QR code, from any telephone; the attestation is proposed from it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from domain.kernel.actors import Role
from tests.support.people import COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, STRUCTURE, TEACHER
from tests.support.server import token

TICK, COUNT, ATTEST = "49-tick-who-came", "59-count-who-just-came", "08-attest-who-came"
REGISTER_FOR = "41-register-somebody-else"
MEDIATEUR = token(Role.MEDIATEUR, "médiateur")
EXPECTED = """query($id: ID!) { animation(id: $id) {
  expected { registered registeredChildren ticked present presentChildren walkIns proposedParents proposedChildren }
  attestation { warning } allowedActions { action allowed reason } } }"""
DAY = datetime.fromisoformat("2027-03-15T00:00:00+01:00")


@pytest.fixture
def animation(people) -> str:
    people.sign()
    declared = people.declare()
    people.publish(declared)
    return str(declared)


def _register(people, animation, name, **more):
    who = {"firstName": name, "lastName": "Inventé", "phone": f"06000000{len(name):02}"}
    return people.does(REGISTER_FOR, STRUCTURE, animationId=animation, **who, **more)


def _expected(server, animation, who=STRUCTURE):
    return server.ask(EXPECTED, who, id=animation)["animation"]["expected"]


def _refusal(people, operation, who, **values):
    (error,) = people.is_refused(operation, who, **values)
    return error["code"], error["field"]


def test_the_list_is_ticked_by_name_code_and_qr_code_and_the_attestation_proposed_from_it(people, server, animation):
    families = (("Moussa", 2), ("Inès", 0), ("Salomé", 1))
    moussa, ines, salome = (_register(people, animation, name, children=children) for name, children in families)
    ours = {"animationId": animation, "present": True}
    by_name = {**ours, "registrationId": moussa["registration"]["id"]}
    server.clock.now = DAY - timedelta(seconds=1)
    assert _refusal(people, TICK, STRUCTURE, **by_name) == ("RULE_BROKEN", None)
    server.clock.now = DAY + timedelta(hours=18)
    for who in (OTHER_STRUCTURE, NATIONAL, COORDONNATEUR, TEACHER, MEDIATEUR, None):
        assert _refusal(people, TICK, who, **by_name)[0] in ("FORBIDDEN", "UNAUTHENTICATED")
        assert _refusal(people, COUNT, who, animationId=animation, parents=1)[0] in ("FORBIDDEN", "UNAUTHENTICATED")
    assert _expected(server, animation)["proposedParents"] is None
    ticked = people.does(TICK, STRUCTURE, **by_name)["registration"]
    assert (ticked["present"], ticked["presentChildren"]) == (True, 2)
    people.does(TICK, STRUCTURE, **ours, code=ines["code"].lower().replace("-", " "))
    scanned = f"https://parents.example/inscriptions/{salome['link']}?utm=x"
    people.does(TICK, STRUCTURE, **ours, code=scanned, children=3)
    people.does(TICK, STRUCTURE, **ours | {"present": False}, code=ines["code"])
    for code in ("AAAA-AAAA", "https://ailleurs.example/x", "n'importe quoi", "zzz"):
        (error,) = people.is_refused(TICK, STRUCTURE, **ours, code=code)
        assert (error["code"], error["field"]) == ("INVALID", ["code"])
        assert error["message"] == "Ce code n'est celui d'aucune inscription de cette animation."
    assert _refusal(people, TICK, STRUCTURE, **ours) == ("INVALID", ["registrationId"])
    for code in (ines["code"], scanned):
        assert _refusal(people, TICK, STRUCTURE, **by_name, code=code) == ("INVALID", ["code"]), "another's"
    people.does(TICK, STRUCTURE, **by_name, code=moussa["code"])
    counted = people.does(COUNT, STRUCTURE, animationId=animation, parents=2, children=1)["animation"]["expected"]
    expected = {"registered": 3, "registeredChildren": 3, "ticked": 3, "present": 2, "presentChildren": 5}
    expected |= {"walkIns": 2, "proposedParents": 4, "proposedChildren": 6}
    assert counted | expected == counted
    assert _expected(server, animation, COORDONNATEUR) == expected
    assert _expected(server, animation, None) is None
    server.clock.now = DAY + timedelta(hours=21)
    people.does(ATTEST, STRUCTURE, animationId=animation, parents=12, children=0)
    attested = server.ask(EXPECTED, COORDONNATEUR, id=animation)["animation"]
    assert attested["attestation"]["warning"] == "12 parents déclarés, 4 pointés ou comptés le jour même"
    assert _refusal(people, TICK, STRUCTURE, **by_name) == ("RULE_BROKEN", None)


def test_three_telephones_at_once_tick_everybody_once(people, server, animation):
    ids = [_register(people, animation, "A" * size)["registration"]["id"] for size in range(1, 9)]
    server.clock.now = DAY + timedelta(hours=18)
    before = server.log_head()
    ticks = [(animation, registration) for registration in ids for _ in range(3)]

    def tick(thing):
        animation_id, registration = thing
        return people.does(TICK, STRUCTURE, animationId=animation_id, registrationId=registration, present=True)

    with ThreadPoolExecutor(3) as devices:
        answers = list(devices.map(tick, ticks))
    assert all(answer["registration"]["present"] for answer in answers)
    assert server.log_head() - before == len(ids)
    assert _expected(server, animation)["present"] == len(ids)


def test_a_ticket_got_by_registering_twice_ticks_the_one_registration_and_an_erasure_keeps_the_count(
    people, server, animation
):
    lea = {"animationId": animation, "firstName": "Léa", "lastName": "Inventée", "email": "lea@exemple.fr"}
    first, again = (people.does("40-register-for-an-animation", None, **lea) for _ in range(2))
    server.clock.now = DAY + timedelta(hours=18)
    ticked = people.does(TICK, STRUCTURE, animationId=animation, present=True, code=again["link"])["registration"]
    assert ticked["id"] == first["registration"]["id"]
    people.does("98-erase-a-person", NATIONAL, subject=lea["email"])
    assert _expected(server, animation)["registered"] == _expected(server, animation)["present"] == 1
