"""The work of an auditor on certified dossiers, over HTTP."""

from __future__ import annotations

from typing import Any

from application.proof.checkpoints import SignedCheckpoint
from tests.scenarios.service.dossiers_story import Claims
from tests.support.draws import sign_and_draw
from tests.support.people import AUDITOR, People
from tests.support.server import CHECKPOINT_KEY

OPENING = {
    "name": "Contrôle du printemps",
    "periodFrom": "2027-03-01",
    "periodUntil": "2027-03-31",
    "sharePercent": 50,
}


class Controls:
    """Certified dossiers of one animation each, and the auditor's work on them."""

    def __init__(self, people: People) -> None:
        self.people, self.server = people, people.server
        self.claims = Claims(people)

    def certified(self, count: int) -> list[str]:
        held = self.claims.held(count)
        self.claims.attest(*held)
        return [self.claims.certified(animations) for animations in held]

    def open(self, **values: Any) -> str:
        """Announce a control; the draw follows by itself."""
        control = str(self.people.does("30-open-a-control", AUDITOR, **OPENING | values)["control"]["id"])
        self.draw()
        return control

    def draw(self) -> SignedCheckpoint:
        checkpoint = sign_and_draw(self.server.application, self.server.clock.now, CHECKPOINT_KEY)
        self.server.post({"query": "{ position }"}, min_position=str(self.server.log_head()))
        return checkpoint

    def seen(self, who: str = AUDITOR, **where: Any) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = self.server.run("34-see-controls", who, where=where)["nodes"]
        return nodes

    def pieces(self, who: str = AUDITOR) -> list[dict[str, Any]]:
        """Each piece of the only control's dossiers, as inputs name it."""
        (control,) = self.seen(who)
        return [
            {"controlId": control["id"], "dossierId": dossier["dossier"]["id"], "piece": piece["piece"]}
            for dossier in control["dossiers"]
            for piece in dossier["pieces"]
        ]

    def judge(self, piece: dict[str, Any], accepted: bool = True, **values: Any) -> dict[str, Any]:
        payload = self.people.does("31-judge-a-piece", AUDITOR, **piece, accepted=accepted, **values)
        control: dict[str, Any] = payload["control"]
        return control


def allowed(control: dict[str, Any]) -> dict[str, bool]:
    return {action["action"]: action["allowed"] for action in control["allowedActions"]}
