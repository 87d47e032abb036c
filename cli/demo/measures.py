"""The programme's own measures in the season: strategies in some state, school projects of two years, groups at work.

Through the commands of the service. Each has a key of its own: another run after an interruption repeats none.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid5

from psycopg import sql

from application.action_groups import (
    ActionGroupClose,
    ActionGroupLessonLink,
    ActionGroupMemberAdd,
    ActionGroupOpen,
    ActionGroupRecord,
)
from application.commanding.commands import Command
from application.publications.commands import PublicationPropose
from application.school_projects import SchoolProjectRecord
from application.strategies.commands import Objective, StakeholderEntry, StrategyValidate, StrategyWrite
from cli.composition import Conn, Runtime
from cli.demo.roles import Part
from demo.stage import NATIONAL
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import NAMESPACE, department_of_school
from domain.kernel.schools import named_lycees
from domain.publications.content import PublicationKind
from domain.school_projects.school_project import school_year_of
from projections.engine.generations import live_tables

_TERRITORIES: LiteralString = "SELECT code, name FROM {territories} ORDER BY code"
_ECOLES: LiteralString = """
SELECT DISTINCT school_uai FROM {candidatures} WHERE territory = %s AND degree = 'FIRST' ORDER BY 1 LIMIT 16"""
_LYCEES = 8
_WRITTEN, _VALIDATED, _LAST_YEAR, _RECENTLY = (timedelta(days=days) for days in (150, 140, 130, 12))
_STAKEHOLDERS = (("Académie", "académie"), ("Conseil départemental", "collectivité"), ("CAF", "État"))
_GROUPS = (
    ("GRAF Écrans en famille", "Le temps d'écran à la maison", ("psychologue", "enseignante", "médiateur numérique")),
    ("GRAF Premiers pas sur l'ENT", "Entrer dans l'ENT sans ordinateur", ("assistante sociale", "directeur d'école")),
    ("GRAF Parents relais", "Ce que les parents apprennent entre eux", ("éducatrice", "infirmière scolaire")),
)
_MEMBERS = (("Awa", "Diallo"), ("Jean-Baptiste", "Lefèvre"), ("Фатима", "Ахмедова"))


def measure(opened: Runtime, conn: Conn, parts: Sequence[Part], now: datetime) -> int:
    """Carry it all out, as far as the season allows. Return how many acts were carried out."""
    season = _Measures(opened, now)
    shown = [school for part in parts for school in part.schools]
    territories = conn.execute(sql.SQL(_TERRITORIES).format(**live_tables(conn))).fetchall()
    for number, (code, name) in enumerate(territories):
        ecoles = conn.execute(sql.SQL(_ECOLES).format(**live_tables(conn)), (code,)).fetchall()
        lycees = [uai for uai in named_lycees() if department_of_school(uai) == code][:_LYCEES]
        own = [school for school in shown if department_of_school(school) == code]
        targets = (*own, *(row[0] for row in ecoles), *lycees)
        schools = tuple(dict.fromkeys(targets))
        season.strategy(number, code, name, schools)
        season.projects(code, schools)
        if number < len(_GROUPS):
            season.group(number, code)
    return season.acts


class _Measures:
    def __init__(self, opened: Runtime, now: datetime) -> None:
        self._opened, self._now = opened, now
        self.acts = 0

    def strategy(self, number: int, code: str, name: str, schools: tuple[str, ...]) -> None:
        """Write it, and have it validated: by all in two territories of three, by the first alone in the others."""
        coordonnateur = _of(code)
        written = StrategyWrite(
            territory=code,
            diagnosis=f"{name} : des familles éloignées du numérique scolaire, surtout hors des centres-villes.",
            objectives=(Objective(label="Familles accompagnées par an", target=200 + 25 * number),),
            target_schools=schools,
            stakeholders=tuple(StakeholderEntry(name=each, kind=kind) for each, kind in _STAKEHOLDERS),
        )
        strategy_id = self._do(written, coordonnateur, self._now - _WRITTEN)
        if strategy_id is None:
            return
        on = (self._now - _VALIDATED).date()
        for stakeholder, _ in _STAKEHOLDERS if number % 3 else _STAKEHOLDERS[:1]:
            validated = StrategyValidate(strategy_id=strategy_id, stakeholder=stakeholder, on=on)
            self._do(validated, coordonnateur, self._now - _VALIDATED + timedelta(days=1))

    def projects(self, code: str, schools: tuple[str, ...]) -> None:
        """Record those of the year before, one in six with such a part, and of this year, one in four."""
        for ago, share in ((_LAST_YEAR, 6), (_RECENTLY, 4)):
            year = school_year_of((self._now - ago).date())
            for place, uai in enumerate(schools[:12]):
                has = place % share == 0
                evidence = "Un axe du projet, adopté par le conseil." if has else None
                recorded = SchoolProjectRecord(uai=uai, school_year=year, has_part=has, evidence=evidence)
                self._do(recorded, _of(code), self._now - ago)

    def group(self, number: int, code: str) -> None:
        name, subject, professions = _GROUPS[number]
        opened = ActionGroupOpen(name=name, theme=subject, territory=code if number else None)
        actor = _of(code) if number else NATIONAL
        group_id = self._do(opened, actor, self._now - _WRITTEN)
        if group_id is None:
            return
        for (first_name, last_name), profession in zip(_MEMBERS, professions, strict=False):
            member = {"first_name": first_name, "last_name": last_name, "profession": profession}
            email = f"{number}.{profession.split()[0].encode('ascii', 'ignore').decode()}@exemple.fr"
            self._do(ActionGroupMemberAdd(group_id=group_id, email=email, **member), actor)
        for ago, outcome in ((90, "Un questionnaire pour les familles."), (20, "Un premier atelier, essayé à trois.")):
            on = (self._now - timedelta(days=ago)).date()
            self._do(ActionGroupRecord(group_id=group_id, on=on, professions=professions, outcome=outcome), actor)

        self._lesson(group_id, name, code if number else None, actor)
        if number == len(_GROUPS) - 1:
            conclusion = "Les parents relais tiennent l'atelier eux-mêmes : le groupe a fini son travail."
            self._do(ActionGroupClose(group_id=group_id, conclusion=conclusion), actor)

    def _lesson(self, group_id: UUID, name: str, territory: str | None, actor: Actor) -> None:
        """Publish what the group learnt, and link it."""
        lesson = PublicationPropose(
            territory=territory,
            kind=PublicationKind.LESSON,
            title=f"{name} : ce que nous avons appris",
            summary="Un an de réunions entre parents, enseignants et professionnels, et ce qui en reste.",
            text="## Ce qui marche\n\n- Venir à deux.\n- Commencer par les questions des parents.\n- Finir à l'heure.",
            themes=("temps-ecran",),
            audience="parents",
        )
        publication_id = self._do(lesson, actor, self._now - timedelta(days=15))
        if publication_id is not None:
            self._do(ActionGroupLessonLink(group_id=group_id, publication_id=publication_id), actor)

    def _do(self, command: Command, actor: Actor, at: datetime | None = None) -> UUID | None:
        """Carry the command out, once; what the season does not allow is left out. Return what it is about."""
        key = uuid5(NAMESPACE, f"season:measures:{type(command).__name__}:{command.model_dump_json()}")
        with suppress(DomainError):
            outcome = self._opened.application.execute(
                command.model_copy(update={"idempotency_key": key}), actor, at or self._now
            )
            self.acts += 1
            return outcome.subject_id
        return None


def _of(code: str) -> Actor:
    return Actor(Role.COORDONNATEUR, f"coordonnateur-{code}", territories=frozenset([code]))
