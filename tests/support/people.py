"""Who takes part in the scenarios, and what they usually say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.kernel.actors import Role
from domain.kernel.identifiers import structure_id
from tests.support.server import Server, token

SIRET = "21020001000010"
OTHER_SIRET = "73282932000074"
STRUCTURE_ID = str(structure_id(SIRET))
SCHOOL, COLLEGE = "0349102J", "0340005W"

NATIONAL = token(Role.NATIONAL, "Équipe nationale")
COORDONNATEUR = token(Role.COORDONNATEUR, "Coordination 34", territories=["34"])
STRUCTURE = token(Role.STRUCTURE, "Les Tilleuls", sirets=[SIRET])
OTHER_STRUCTURE = token(Role.STRUCTURE, "Un autre", sirets=[OTHER_SIRET])
DIRECTOR = token(Role.DIRECTOR, schools=[SCHOOL])
INSPECTOR = token(Role.INSPECTOR, schools=[SCHOOL])
HEAD = token(Role.HEAD, schools=[COLLEGE])
TEACHER = token(Role.TEACHER, "enseignante", schools=[SCHOOL])
PARENT = token(Role.PARENT, "parent@exemple.fr")
AUDITOR = token(Role.AUDITOR)

CONVENTION = {
    "siret": SIRET,
    "structureName": "Centre social Les Tilleuls",
    "territory": "34",
    "coordonnateur": "Coordination 34",
    "signedOn": "2026-08-25",
    "validFrom": "2026-09-01",
    "validUntil": "2027-08-31",
    "plannedAnimations": 10,
    "ratePerAnimation": "150.00",
    "requiredPieces": ["Liste d'émargement signée"],
}
ANIMATION = {
    "structureId": STRUCTURE_ID,
    "territory": "34",
    "title": "Café des parents : Pronote sans peine",
    "description": "Lire les notes, écrire aux professeurs de l'élève.",
    "startsAt": "2027-03-15T18:00:00+01:00",
    "endsAt": "2027-03-15T20:00:00+01:00",
    "venueType": "ecole",
    "venueName": "École Jean Jaurès",
    "address": "1 rue de l'École, Montpellier",
    "communeCode": "34172",
    "audience": "parents",
    "type": "atelier-parents-enfants",
    "themes": ["ent-pronote", "temps-ecran"],
    "seats": 12,
}
CANDIDATURE = {
    "territory": "34",
    "schoolUai": SCHOOL,
    "degree": "FIRST",
    "firstName": "Prénom",
    "lastName": "Nom",
    "email": "parent@exemple.fr",
    "phone": "06 00 00 00 00",
    "motivation": "Aider les autres parents de l'école.",
}
#: For what is missing and unusual, where there is cause.
REASONS = {"missingReason": "Feuilles perdues.", "warningsReason": "Deux groupes."}


@dataclass
class People:
    """What they do when nothing is particular about it: each act is expected to succeed."""

    server: Server

    def does(self, operation: str, who: str | None, **values: Any) -> dict[str, Any]:
        """Runs a mutation of graphql/operations; returns its payload."""
        payload: dict[str, Any] = self.server.run(operation, who, input=values)
        assert payload["errors"] == [], payload["errors"]
        return payload

    def is_refused(self, operation: str, who: str | None, **values: Any) -> list[dict[str, Any]]:
        """Runs a mutation that must record nothing; returns its errors."""
        before = self.server.log_head()
        payload: dict[str, Any] = self.server.run(operation, who, input=values)
        thing = next(name for name in payload if name not in ("position", "errors"))
        assert payload["errors"], "nothing was refused"
        assert (payload[thing], payload["position"]) == (None, None)
        assert self.server.log_head() == before
        errors: list[dict[str, Any]] = payload["errors"]
        return errors

    def sign(self, **changes: Any) -> dict[str, Any]:
        return self.does("01-sign-a-convention", COORDONNATEUR, **CONVENTION | changes)

    def sign_for_day(self, day: str) -> dict[str, Any]:
        """A convention that stands beside those of other days."""
        return self.sign(validFrom=day, validUntil=day)

    def declare(self, **changes: Any) -> str:
        """The id of a new animation."""
        payload = self.does("03-declare-an-animation", STRUCTURE, **ANIMATION | changes)
        return str(payload["animation"]["id"])

    def publish(self, animation: str) -> dict[str, Any]:
        return self.does("06-publish-an-animation", NATIONAL, animationId=animation)

    def listing(self, **where: Any) -> list[str]:
        """Titles in the public listing."""
        answer = self.server.run("04-search-the-listing", where=where)
        return [edge["node"]["title"] for edge in answer["edges"]]

    def own_animations(self, **where: Any) -> dict[str, dict[str, Any]]:
        """The structure's animations by id."""
        answer = self.server.run("05-see-own-animations", STRUCTURE, structureId=STRUCTURE_ID, where=where)
        return {edge["node"]["id"]: edge["node"] for edge in answer["animations"]["edges"]}

    def history(self, who: str = AUDITOR, **where: Any) -> list[dict[str, Any]]:
        answer = self.server.run("11-read-the-audit-trail", who, where=where)
        return [edge["node"] for edge in answer["edges"]]

    def a_month_later(self) -> None:
        self.server.clock.now += timedelta(days=31)
