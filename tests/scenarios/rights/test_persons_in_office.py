"""History keeps which person acts in office, in one text for all their roles and spellings; never that of a parent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import orjson
import pytest

from domain.kernel.actors import Role
from tests.support.people import CONVENTION, NATIONAL, STRUCTURE_ID, People
from tests.support.server import Server, token

SIGNED, REGISTERED = "convention.signed", "account.mediateur_registered"


#: Of other days each time: the same are not agreed on twice.
_days = count(1)


def _sign(people: People, who: str) -> None:
    day = (date(2028, 1, 1) + timedelta(days=next(_days))).isoformat()
    people.does("01-sign-a-convention", who, **CONVENTION | {"validFrom": day, "validUntil": day})


@pytest.fixture
def stamps(server: Server) -> Any:
    def read(topic: str) -> list[dict[str, Any]]:
        with server.application.pool.connection() as conn:
            rows = conn.execute(
                "SELECT state FROM stored_events WHERE topic = %s ORDER BY notification_id", (topic,)
            ).fetchall()
        return [orjson.loads(state)["stamp"] for (state,) in rows]

    return read


def test_one_person_is_one_text_whatever_the_role_the_token_and_the_spelling(people: People, stamps: Any) -> None:
    _sign(people, token(Role.COORDONNATEUR, "Jean", territories=["34"]))
    _sign(people, token(Role.COORDONNATEUR, " jean", territories=["34"]))
    _sign(people, token(Role.NATIONAL, "JEAN"))
    _sign(people, token(Role.NATIONAL, "jeanne"))
    first, second, third, other = stamps(SIGNED)
    assert first["person"] == second["person"] == third["person"] != other["person"]
    assert len({first["token"], second["token"], third["token"]}) == 3


def test_who_acts_by_a_mandate_is_the_person_of_their_token(people: People, server: Server, stamps: Any) -> None:
    people.does("54-appoint-a-coordonnateur", NATIONAL, subject="nathalie", territories=["34"])
    _sign(people, token(Role.PARENT, "nathalie"))
    _sign(people, token(Role.COORDONNATEUR, "Nathalie", territories=["34"]))
    by_mandate, by_token = stamps(SIGNED)
    assert by_mandate["actor"].startswith("coordonnateur:")
    assert by_token["actor"] == "Nathalie"
    assert by_mandate["person"] == by_token["person"]


def test_parents_and_the_public_are_no_persons_in_history(people: People, server: Server, stamps: Any) -> None:
    people.sign()
    people.does("53-register-as-mediateur", token(Role.PARENT, "zoe"), structureId=STRUCTURE_ID)
    (stamp,) = stamps(REGISTERED)
    assert stamp["role"] == "parent"
    assert not {"person", "token"} & stamp.keys()
    with server.application.pool.connection() as conn:
        states = conn.execute("SELECT state FROM stored_events").fetchall()
    for stamp in (orjson.loads(state)["stamp"] for (state,) in states):
        assert ("person" in stamp) is (stamp["role"] not in ("public", "parent", "system")), stamp


def test_an_erased_person_in_office_stays_the_same_person(people: People, server: Server, stamps: Any) -> None:
    jean = token(Role.COORDONNATEUR, "jean", territories=["34"])
    _sign(people, jean)
    server.ask('mutation { personErase(input: {subject: "jean"}) { erased } }', NATIONAL)
    server.clock.now = datetime.now(UTC)
    _sign(people, token(Role.NATIONAL, "jean"))
    before, after = stamps(SIGNED)
    assert before["person"] == after["person"]
