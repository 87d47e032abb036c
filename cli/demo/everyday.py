"""What a structure lives besides declaring: contacts, a series, people who register and come, a teacher, a move.

Through the commands of the service. Each act has a key of its own: another run after an interruption repeats none.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import uuid5

from stdnum import luhn

from application.accounts.commands import SchoolStaffBind
from application.animations.several import AnimationRepeat, AnimationsPublish
from application.attendance import RegistrationCheckIn, WalkInsCount
from application.contacts.commands import ContactsImport
from application.conventions import StructureMove
from application.registrations import RegistrationSubmitFor
from application.satisfaction.answering import PURPOSE, Answers, GivenAnswer, take_answers
from application.structures import SetStructureContact
from cli.composition import Runtime
from cli.demo.acting import Acting, speaking_for
from demo.school_year import busyness
from demo.stage import NATIONAL
from domain.animations.series import Interval
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import NAMESPACE, structure_id

_CONTACTS = """Nom;Courriel;Type
École Jean Jaurès;ecole.jaures@exemple.fr;école
Collège Jules Verne;college.verne@exemple.fr;collège
Centre social Les Lilas;les.lilas@exemple.fr;centre social
Mairie;accueil.mairie@exemple.fr;mairie
Fédération de parents;parents@exemple.fr;association"""
_COMING: LiteralString = """
SELECT animation_id, structure_id, type, seats, starts_at FROM {animations}
WHERE status = 'PUBLISHED' AND audience = 'parents' AND starts_at > %(now)s + interval '1 hour' AND seats <= 40
AND NOT suspended ORDER BY (structure_id = %(structure)s) DESC, starts_at, animation_id LIMIT 1"""
#: Over, still to attest, and its questionnaire open.
_OVER: LiteralString = """
SELECT animation_id, structure_id, type, seats, starts_at FROM {animations}
WHERE status = 'PUBLISHED' AND NOT attested AND audience = 'parents' AND ends_at < %(now)s
AND ends_at > %(now)s - interval '13 days' AND published_at < starts_at - interval '1 hour'
ORDER BY (structure_id = %(structure)s) DESC, starts_at DESC, animation_id LIMIT 1"""
_OTHER: LiteralString = """
SELECT structure_id, siret, territories[1] AS territory FROM {structures} WHERE structure_id <> %(structure)s
AND NOT EXISTS (SELECT FROM {structures} moved WHERE cardinality(moved.former_sirets) > 0) ORDER BY siret LIMIT 1"""
_SCHOOL: LiteralString = """
SELECT school_uai, territory FROM {candidatures} WHERE degree = 'FIRST' AND erased_at IS NULL
ORDER BY submitted_at DESC LIMIT 1"""


def live_everyday(opened: Runtime, siret: str, now: datetime) -> int:
    """Play it for the structure, as far as its season allows. Return how many acts were carried out."""
    days = _Everyday(opened, siret, now)
    days.invite()
    days.repeat()
    days.come()
    days.teach()
    days.move()
    return days.acts


class _Everyday(Acting):
    def __init__(self, opened: Runtime, siret: str, now: datetime) -> None:
        super().__init__(opened, now)
        self._structure_id = structure_id(siret)
        self._structure = Actor(Role.STRUCTURE, f"compte-{siret}", structures=frozenset([self._structure_id]))

    def invite(self) -> None:
        """Say whom to call, and import the contacts."""
        phone, hours = "04 99 00 00 00", "du lundi au vendredi, de 9 h à 17 h"
        contact = SetStructureContact(structure_id=self._structure_id, phone=phone, hours=hours)
        self.do(contact.model_copy(update={"email": "contact@exemple.fr"}), self._structure)
        self.do(ContactsImport(structure_id=self._structure_id, csv=_CONTACTS), self._structure)

    def repeat(self) -> None:
        """Repeat what is next over three weeks, publish the series, and fill the next one until people wait."""
        coming = self._coming()
        if coming is None:
            return
        animation_id, starts_at = coming["animation_id"], coming["starts_at"]
        weeks = [(starts_at + timedelta(days=7 * number)).date() for number in range(1, 4)]
        # Skip Christmas: nobody invites parents then.
        without = tuple(day for day in weeks if not busyness(day))
        host = speaking_for(coming)
        self.do(AnimationRepeat(animation_id=animation_id, every=Interval.WEEK, until=weeks[-1], without=without), host)
        if copies := self.copies_of(coming):
            self.do(AnimationsPublish(animation_ids=copies), NATIONAL)
        for number in range(coming["seats"] + 2):
            self.register(coming, number, self.now)

    def come(self) -> None:
        """Tick those who came to what is over, count who just came, and have three of them answer."""
        over = self.row(_OVER, structure=self._structure_id)
        if over is None:
            return
        animation_id, before = over["animation_id"], over["starts_at"] - timedelta(minutes=30)
        for number in range(min(over["seats"], 6)):
            registration_id = self.register(over, number, before)
            if registration_id is not None:
                ticked = RegistrationCheckIn(
                    animation_id=animation_id, registration_id=registration_id, present=number != 3
                )
                self.do(ticked, speaking_for(over), over["starts_at"] + timedelta(minutes=5))
        self.do(WalkInsCount(animation_id=animation_id, parents=2), speaking_for(over))
        app = self.opened.application
        link = app.links.link(PURPOSE, animation_id)
        for number in range(3):
            answers = (GivenAnswer(question=1, scale=4 + number % 2), GivenAnswer(question=2, scale=5))
            key = uuid5(NAMESPACE, f"season:answer:{animation_id}:{number}")
            with suppress(DomainError):
                take_answers(app.bus, Answers(link=link, answers=answers, idempotency_key=key), PUBLIC, self.now)
                self.acts += 1

    def teach(self) -> None:
        """Bind a teacher, who registers a parent of the school."""
        coming = self._coming()
        school = self.row(_SCHOOL)
        if school is None:
            return
        uai, territory = school["school_uai"], school["territory"]
        director = Actor(Role.DIRECTOR, f"direction-{uai}", schools=frozenset([uai]))
        bound = SchoolStaffBind(
            subject=f"enseignant-{uai}", staff_role="teacher", territory=territory, schools=frozenset([uai])
        )
        self.do(bound, director)
        if coming is not None:
            teacher = Actor(Role.TEACHER, f"enseignant-{uai}", schools=frozenset([uai]))
            values = {"first_name": "Aminata", "last_name": "Koné"}
            self.do(RegistrationSubmitFor(animation_id=coming["animation_id"], **values), teacher)

    def move(self) -> None:
        """Move another structure to a new establishment."""
        other = self.row(_OTHER, structure=self._structure_id)
        if other is None:
            return
        base = f"{other['siret'][:9]}{int(other['siret'][9:13]) + 50:04d}"
        moved = StructureMove(
            structure_id=other["structure_id"],
            siret=base + luhn.calc_check_digit(base),
            on=self.now.date() - timedelta(days=7),
            reason="Déménagement dans de nouveaux locaux.",
        )
        territory = other["territory"]
        self.do(moved, Actor(Role.COORDONNATEUR, f"coordonnateur-{territory}", territories=frozenset([territory])))

    def _coming(self) -> dict[str, Any] | None:
        return self.row(_COMING, structure=self._structure_id)
