"""Register people over HTTP, and read who stands where."""

from __future__ import annotations

from typing import Any

from tests.support.people import STRUCTURE

REGISTER, REGISTER_FOR = "40-register-for-an-animation", "41-register-somebody-else"
CANCEL, KEEP, REMOVE = "42-cancel-a-registration", "43-keep-a-seat", "44-remove-a-registration"
FOLLOW, SEE = "45-follow-a-registration", "46-see-who-registered"


def published(people: Any, **changes: Any) -> str:
    declared = people.declare(**changes)
    people.publish(declared)
    return str(declared)


def who_registers(number: int, **changes: Any) -> dict[str, Any]:
    person = {"firstName": f"Prénom{number}", "lastName": f"Nom{number}", "email": f"parent{number}@exemple.fr"}
    return person | changes


def register(people: Any, animation: str, number: int, who: str | None = None, **changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = people.does(REGISTER, who, animationId=animation, **who_registers(number, **changes))
    return payload


def registrants(server: Any, animation: str, who: str = STRUCTURE, **arguments: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = server.run(SEE, who, id=animation, **arguments)["registrations"]["nodes"]
    return nodes


def standing_of(registration: dict[str, Any]) -> tuple[str, int | None]:
    return registration["status"], registration["placeInLine"]
