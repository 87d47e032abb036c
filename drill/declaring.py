"""A structure that may declare animations, so that clients have a command to send."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

from drill.processes import DrillFailed

SIRET, TERRITORY = "21180033900999", "18"
_CONVENTION = """mutation($input: ConventionSignInput!) {
  conventionSign(input: $input) { position errors { code message field } } }"""
_STRUCTURE = "query($siret: String!) { structure(siret: $siret) { id } }"


def declaration(site: str, coordonnateur: str) -> dict[str, Any]:
    """Sign a convention by this token, and return the content of an animation that its structure may declare.

    Raises DrillFailed where the site refuses.
    """
    convention = {
        **{"siret": SIRET, "structureName": "Maison de quartier", "territory": TERRITORY},
        **{"coordonnateur": "Coordination 18", "signedOn": "2025-09-01", "validFrom": "2025-09-01"},
        **{"validUntil": "2031-08-31", "plannedAnimations": 100_000, "ratePerAnimation": "150.00"},
    }
    _answer(site, coordonnateur, _CONVENTION, {"input": convention})
    structure = _answer(site, coordonnateur, _STRUCTURE, {"siret": SIRET})["structure"]["id"]
    year = time.gmtime().tm_year + 1
    return {
        **{"structureId": structure, "territory": TERRITORY, "description": "Un échange.", "audience": "parents"},
        **{"startsAt": f"{year}-01-15T18:00:00+01:00", "endsAt": f"{year}-01-15T20:00:00+01:00", "seats": 12},
        **{"venueType": "ecole", "venueName": "École Jean Jaurès", "type": "cafe-des-parents"},
        **{"themes": ["ent-pronote"]},
    }


def _answer(site: str, token: str, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    answer = httpx.post(
        f"{site}/graphql",
        json={"query": document, "variables": variables},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    ).json()
    data: dict[str, Any] = answer.get("data") or {}
    if "errors" in answer or any(isinstance(each, dict) and each.get("errors") for each in data.values()):
        raise DrillFailed(f"the site answers {answer}")
    return data
