"""What schools ask for, and what Parents Ressource do: requests in each state, calls, help, who takes part.

Through the commands of the service. Each act has a key of its own: another run after an interruption repeats none.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid5

from psycopg import sql

from application.animation_requests import (
    AnimationRequestAnswer,
    AnimationRequestDecline,
    AnimationRequestLapse,
    AnimationRequestSend,
    AnimationRequestTakeUp,
    AnimationRequestWithdraw,
)
from application.candidatures import CandidatureRecordAccompaniment, CandidatureRecordContact
from application.commanding.commands import Command
from application.volunteers import AnimationVolunteersName
from cli.composition import Runtime
from cli.demo.roles import Part
from domain.candidatures.missions import Mission
from domain.kernel.actors import SYSTEM, Actor, Role
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import NAMESPACE
from projections.engine.generations import live_tables

_VOLUNTEERS: LiteralString = """
SELECT candidature_id, territory FROM {candidatures} WHERE status = 'VALIDATED' AND erased_at IS NULL
AND repeats IS NULL ORDER BY validated_at, candidature_id LIMIT 12"""
#: Where they take part: what is over first, so that it counts.
_ANIMATION: LiteralString = """
SELECT animation_id, structure_id FROM {animations} WHERE territory = %(territory)s AND status = 'PUBLISHED'
AND audience = 'parents' ORDER BY (ends_at <= %(now)s) DESC, starts_at DESC, animation_id LIMIT 1"""
_SCHOOLS: LiteralString = """
SELECT DISTINCT ON (c.territory) c.school_uai AS school, c.territory, s.structure_id FROM {candidatures} c
JOIN {structures} s ON s.territories @> ARRAY[c.territory] WHERE c.repeats IS NULL
ORDER BY c.territory, c.submitted_at, s.structure_id LIMIT 3"""
#: Each with a structure that works around it: the one of the demonstration, if it does.
_AROUND: LiteralString = """
SELECT DISTINCT ON (c.school_uai) c.school_uai AS school, c.territory, s.structure_id FROM {candidatures} c
JOIN {structures} s ON s.territories @> ARRAY[c.territory] WHERE c.school_uai = ANY(%(schools)s)
ORDER BY c.school_uai, s.siret = ANY(%(sirets)s) DESC, s.structure_id"""
_AROUND_STRUCTURE: LiteralString = """
SELECT c.school_uai AS school, c.territory, s.structure_id FROM {candidatures} c
JOIN {structures} s ON s.territories @> ARRAY[c.territory] WHERE s.siret = ANY(%(sirets)s) AND c.repeats IS NULL
ORDER BY c.submitted_at DESC, c.candidature_id LIMIT 1"""
_NAMING: LiteralString = """
SELECT animation_id, structure_id, school, territory FROM {animations} WHERE school IS NOT NULL
AND status = 'PUBLISHED' ORDER BY starts_at DESC, animation_id LIMIT 1"""
_WISHES = (
    ("ent-pronote", "Beaucoup de parents de sixième n'ouvrent jamais Pronote. Plutôt en fin de journée."),
    ("temps-ecran", "Un échange sur les écrans à la maison, pour les parents de maternelle."),
    ("cyberharcelement", "Après un incident dans une classe, les parents demandent à comprendre et à agir."),
    ("prise-en-main-equipements", "Une heure avec les tablettes prêtées, ordinateurs de l'école à disposition."),
)
_HELP = ((Mission.ACCOMPANY, 2), (Mission.RELAY, 15), (Mission.PROMOTE, 30), (Mission.WATCH, 4))


def put_to_work(opened: Runtime, parts: Sequence[Part], now: datetime) -> int:
    """Play it, as far as the season allows. Return how many acts were carried out."""
    work = _Work(opened, now)
    work.help()
    work.ask()
    work.ask_where_tokens_speak(parts)
    return work.acts


class _Work:
    def __init__(self, opened: Runtime, now: datetime) -> None:
        self._opened, self._now, self.acts = opened, now, 0

    def help(self) -> None:
        """Call volunteers, note whom they helped, and name those of one territory on an animation there."""
        today, together = self._now.date(), dict[str, list[UUID]]()
        for number, volunteer in enumerate(self._rows(_VOLUNTEERS)):
            territory, candidature_id = volunteer["territory"], volunteer["candidature_id"]
            who = _coordonnateur(territory)
            self._do(CandidatureRecordContact(candidature_id=candidature_id, on=today - timedelta(days=9)), who)
            for mission, parents in (_HELP[number % 4], _HELP[(number + 2) % 4]):
                helped = {"on": today - timedelta(days=number % 7 + 1), "mission": mission, "parents": parents}
                self._do(CandidatureRecordAccompaniment(candidature_id=candidature_id, **helped), who)
            together.setdefault(territory, []).append(candidature_id)
        for territory, volunteers in together.items():
            for animation in self._rows(_ANIMATION, territory=territory):
                naming = AnimationVolunteersName(
                    animation_id=animation["animation_id"], candidature_ids=tuple(volunteers[:3])
                )
                self._do(naming, _structure(animation["structure_id"]))

    def ask(self) -> None:
        """Ask for animations: one waits, others are taken up, declined, withdrawn, answered, and one has lapsed."""
        schools = self._rows(_SCHOOLS)
        for number, school in enumerate(schools):
            request_id = self._send(school, number)
            if request_id is None:
                continue
            if number == 1:
                taking = AnimationRequestTakeUp(request_id=request_id, structure_id=school["structure_id"])
                self._do(taking, _structure(school["structure_id"]))
            if number == 2:
                why = "Aucune structure n'est libre à cette période : reposez la question au printemps."
                self._do(
                    AnimationRequestDecline(request_id=request_id, reason=why), _coordonnateur(school["territory"])
                )
        for school in schools[:1]:
            withdrawn, long_ago = self._send(school, 1), self._now - timedelta(days=120)
            if withdrawn is not None:
                why = "Les parents d'élèves l'organisent avec la médiathèque."
                self._do(AnimationRequestWithdraw(request_id=withdrawn, reason=why), _direction(school["school"]))
            lapsed = self._send(school, 2, long_ago)
            if lapsed is not None:
                self._do(AnimationRequestLapse(request_id=lapsed), SYSTEM)
        for naming in self._rows(_NAMING):
            request_id, structure_id = self._send(naming, len(schools)), naming["structure_id"]
            if request_id is not None:
                who = _structure(structure_id)
                self._do(AnimationRequestTakeUp(request_id=request_id, structure_id=structure_id), who)
                self._do(AnimationRequestAnswer(request_id=request_id, animation_id=naming["animation_id"]), who)

    def ask_where_tokens_speak(self, parts: Sequence[Part]) -> None:
        """Let whoever tries a role find something of its own: what waits, and what a structure has taken up."""
        speaking = {
            "schools": [school for part in parts for school in part.schools],
            "sirets": [siret for part in parts for siret in part.sirets],
        }
        for place, school in enumerate(self._rows(_AROUND, **speaking) + self._rows(_AROUND_STRUCTURE, **speaking)):
            self._send(school, place)
            taken_up = self._send(school, place + 2)
            if taken_up is not None:
                taking = AnimationRequestTakeUp(request_id=taken_up, structure_id=school["structure_id"])
                self._do(taking, _structure(school["structure_id"]))

    def _send(self, school: dict[str, Any], number: int, at: datetime | None = None) -> UUID | None:
        theme, text = _WISHES[number % len(_WISHES)]
        today, uai = (at or self._now).date(), school["school"]
        period = {"wished_from": today + timedelta(days=14), "wished_until": today + timedelta(days=75)}
        request = AnimationRequestSend(
            school_uai=uai, theme=theme, text=text, structures=(school["structure_id"],), **period
        )
        return self._do(request, _direction(uai), at)

    def _do(self, command: Command, actor: Actor, at: datetime | None = None) -> UUID | None:
        """Carry the command out, once; what the season does not allow is left out. Return what it is about."""
        key = uuid5(NAMESPACE, f"season:at-work:{type(command).__name__}:{command.model_dump_json()}")
        with suppress(DomainError):
            outcome = self._opened.application.execute(
                command.model_copy(update={"idempotency_key": key}), actor, at or self._now
            )
            self.acts += 1
            return outcome.subject_id
        return None

    def _rows(self, query: LiteralString, **params: Any) -> list[dict[str, Any]]:
        with self._opened.connection() as conn:
            cursor = conn.execute(sql.SQL(query).format(**live_tables(conn)), {"now": self._now, **params})
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _direction(uai: str) -> Actor:
    return Actor(Role.DIRECTOR, f"direction-{uai}", schools=frozenset([uai]))


def _structure(structure_id: UUID) -> Actor:
    return Actor(Role.STRUCTURE, f"compte-{structure_id}", structures=frozenset([structure_id]))


def _coordonnateur(territory: str) -> Actor:
    return Actor(Role.COORDONNATEUR, f"coordonnateur-{territory}", territories=frozenset([territory]))
