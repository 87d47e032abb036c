"""A structure's attested animations, and the service dossiers that it opens for them, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.support.people import COORDONNATEUR, REASONS, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server

AFTER = datetime(2027, 3, 20, 9, 0, tzinfo=UTC)
PERIOD = {"periodFrom": "2027-01-01", "periodUntil": "2027-03-31"}


class Claims:
    """A convention without pieces, and attested animations under it."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.convention = people.sign(requiredPieces=[])["convention"]["id"]

    def held(self, count: int = 1) -> list[str]:
        """Published animations of one day after the other."""
        days = [f"2027-03-{15 + number}" for number in range(count)]
        animations = [
            self.people.declare(startsAt=f"{day}T18:00:00+01:00", endsAt=f"{day}T20:00:00+01:00") for day in days
        ]
        for animation in animations:
            self.people.publish(animation)
        return animations

    def attest(self, *animations: str, parents: int = 9) -> None:
        self.people.server.clock.now = AFTER
        for animation in animations:
            self.people.does("08-attest-who-came", STRUCTURE, animationId=animation, parents=parents, children=4)

    def open(self, **changes: Any) -> dict[str, Any]:
        values = {"structureId": STRUCTURE_ID, "conventionId": self.convention, **PERIOD}
        dossier: dict[str, Any] = self.people.does("18-open-a-service-dossier", STRUCTURE, **values | changes)[
            "dossier"
        ]
        return dossier

    def certified(self, *animations: str) -> str:
        dossier = str(self.open(animationIds=list(animations))["id"])
        self.people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
        self.people.does("21-certify-the-service", COORDONNATEUR, dossierId=dossier, **REASONS)
        return dossier


def seen(server: Server, who: str = STRUCTURE, **where: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = server.run("24-see-service-dossiers", who, where=where)["nodes"]
    return nodes
