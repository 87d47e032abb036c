"""The five missions of a Parent Ressource (docs/glossary.md, "Candidature Parent Ressource")."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Mission(StrEnum):
    RELAY = "RELAY"
    #: Never recorded by itself: it follows from the animations that name the volunteer.
    TAKE_PART = "TAKE_PART"
    PROMOTE = "PROMOTE"
    ACCOMPANY = "ACCOMPANY"
    WATCH = "WATCH"


MISSION_LABELS: Mapping[Mission, str] = {
    Mission.RELAY: "Relayer l'information",
    Mission.TAKE_PART: "Participer aux ateliers et aux cafés",
    Mission.PROMOTE: "Faire connaître l'offre",
    Mission.ACCOMPANY: "Accompagner des parents",
    Mission.WATCH: "Repérer les besoins",
}
