"""What a structure lives besides declaring: contacts, a series, people who register and come, a teacher, a move.

Through the commands of the service. Each act has a key of its own: another run after an interruption repeats none.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid5

from psycopg import sql
from stdnum import luhn

from application.accounts.commands import SchoolStaffBind
from application.animations.several import AnimationRepeat, AnimationsPublish
from application.attendance import RegistrationCheckIn, WalkInsCount
from application.commanding.commands import Command
from application.contacts.commands import ContactsImport
from application.conventions import StructureMove
from application.registrations import RegistrationSubmit, RegistrationSubmitFor
from application.satisfaction.answering import PURPOSE, Answers, GivenAnswer, take_answers
from application.structures import SetStructureContact
from cli.composition import Runtime
from demo.school_year import busyness
from demo.stage import NATIONAL
from domain.animations.series import Interval
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import NAMESPACE, structure_id
from projections.engine.generations import live_tables

_CONTACTS = """Nom;Courriel;Type
École Jean Jaurès;ecole.jaures@exemple.fr;école
Collège Jules Verne;college.verne@exemple.fr;collège
Centre social Les Lilas;les.lilas@exemple.fr;centre social
Mairie;accueil.mairie@exemple.fr;mairie
Fédération de parents;parents@exemple.fr;association"""
#: Parents as they register: some have no e-mail address, some write their name in other scripts.
_PARENTS = (
    ("Awa", "Diallo", "awa.diallo@exemple.fr"),
    ("செல்வி", "முருகன்", None),
    ("Jean-Baptiste", "Lefèvre", "jb.lefevre@exemple.fr"),
    ("Фатима", "Ахмедова", "f.akhmedova@exemple.fr"),
    ("Moussa", "Traoré", None),
    ("Lucie", "Martin", "lucie.martin@exemple.fr"),
    ("إيمان", "الحسن", None),
    ("Paul", "Nguyễn", "paul.nguyen@exemple.fr"),
)
_COMING: LiteralString = """
SELECT animation_id, structure_id, seats, starts_at FROM {animations}
WHERE status = 'PUBLISHED' AND audience = 'parents' AND starts_at > %(now)s + interval '1 hour' AND seats <= 40
AND NOT suspended ORDER BY (structure_id = %(structure)s) DESC, starts_at, animation_id LIMIT 1"""
#: Over, still to attest, and its questionnaire open.
_OVER: LiteralString = """
SELECT animation_id, structure_id, seats, starts_at FROM {animations}
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


class _Everyday:
    def __init__(self, opened: Runtime, siret: str, now: datetime) -> None:
        self._opened, self._now, self._structure_id = opened, now, structure_id(siret)
        self._structure = Actor(Role.STRUCTURE, f"compte-{siret}", structures=frozenset([self._structure_id]))
        self.acts = 0

    def invite(self) -> None:
        """Say whom to call, and import the contacts."""
        phone, hours = "04 99 00 00 00", "du lundi au vendredi, de 9 h à 17 h"
        contact = SetStructureContact(structure_id=self._structure_id, phone=phone, hours=hours)
        self._do(contact.model_copy(update={"email": "contact@exemple.fr"}), self._structure)
        self._do(ContactsImport(structure_id=self._structure_id, csv=_CONTACTS), self._structure)

    def repeat(self) -> None:
        """Repeat what is next over three weeks, publish the series, and fill the next one until people wait."""
        coming = self._row(_COMING)
        if coming is None:
            return
        animation_id, starts_at = coming["animation_id"], coming["starts_at"]
        weeks = [(starts_at + timedelta(days=7 * number)).date() for number in range(1, 4)]
        # Nobody invites parents at Christmas.
        without = tuple(day for day in weeks if not busyness(day))
        host = _speaking_for(coming)
        self._do(
            AnimationRepeat(animation_id=animation_id, every=Interval.WEEK, until=weeks[-1], without=without), host
        )
        with self._opened.connection() as conn:
            query = "SELECT originator_id FROM stored_events WHERE topic = 'animation.joined_series' LIMIT 100"
            copies = tuple(row[0] for row in conn.execute(query).fetchall())
        if copies:
            self._do(AnimationsPublish(animation_ids=copies), NATIONAL)
        for number in range(coming["seats"] + 2):
            self._register(coming, number, self._now)

    def come(self) -> None:
        """Tick those who came to what is over, count who just came, and have three of them answer."""
        over = self._row(_OVER)
        if over is None:
            return
        animation_id, before = over["animation_id"], over["starts_at"] - timedelta(minutes=30)
        for number in range(min(over["seats"], 6)):
            registration_id = self._register(over, number, before)
            if registration_id is not None:
                ticked = RegistrationCheckIn(
                    animation_id=animation_id, registration_id=registration_id, present=number != 3
                )
                self._do(ticked, _speaking_for(over), over["starts_at"] + timedelta(minutes=5))
        self._do(WalkInsCount(animation_id=animation_id, parents=2), _speaking_for(over))
        app = self._opened.application
        link = app.links.link(PURPOSE, animation_id)
        for number in range(3):
            answers = (GivenAnswer(question=1, scale=4 + number % 2), GivenAnswer(question=2, scale=5))
            key = uuid5(NAMESPACE, f"season:answer:{animation_id}:{number}")
            with suppress(DomainError):
                take_answers(app.bus, Answers(link=link, answers=answers, idempotency_key=key), PUBLIC, self._now)
                self.acts += 1

    def teach(self) -> None:
        """Bind a teacher, who registers a parent of the school."""
        coming = self._row(_COMING)
        school = self._row(_SCHOOL)
        if school is None:
            return
        uai, territory = school["school_uai"], school["territory"]
        director = Actor(Role.DIRECTOR, f"direction-{uai}", schools=frozenset([uai]))
        bound = SchoolStaffBind(
            subject=f"enseignant-{uai}", staff_role="teacher", territory=territory, schools=frozenset([uai])
        )
        self._do(bound, director)
        if coming is not None:
            teacher = Actor(Role.TEACHER, f"enseignant-{uai}", schools=frozenset([uai]))
            values = {"first_name": "Aminata", "last_name": "Koné", "children": 1}
            self._do(RegistrationSubmitFor(animation_id=coming["animation_id"], **values), teacher)

    def move(self) -> None:
        """Move another structure to a new establishment."""
        other = self._row(_OTHER)
        if other is None:
            return
        base = f"{other['siret'][:9]}{int(other['siret'][9:13]) + 50:04d}"
        moved = StructureMove(
            structure_id=other["structure_id"],
            siret=base + luhn.calc_check_digit(base),
            on=self._now.date() - timedelta(days=7),
            reason="Déménagement dans de nouveaux locaux.",
        )
        territory = other["territory"]
        self._do(moved, Actor(Role.COORDONNATEUR, f"coordonnateur-{territory}", territories=frozenset([territory])))

    def _register(self, animation: dict[str, Any], number: int, at: datetime) -> UUID | None:
        animation_id = animation["animation_id"]
        first_name, last_name, email = _PARENTS[number % len(_PARENTS)]
        last_name = last_name if number < len(_PARENTS) else f"{last_name} {'I' * (number // len(_PARENTS))}"
        name: dict[str, Any] = {"first_name": first_name, "last_name": last_name, "children": number % 3}
        if email is None:
            return self._do(RegistrationSubmitFor(animation_id=animation_id, **name), _speaking_for(animation), at)
        address = f"{number}.{email}"
        return self._do(RegistrationSubmit(animation_id=animation_id, email=address, **name), PUBLIC, at)

    def _do(self, command: Command, actor: Actor, at: datetime | None = None) -> UUID | None:
        """Carry the command out, once; what the season does not allow is left out. Return what it is about."""
        key = uuid5(NAMESPACE, f"season:everyday:{type(command).__name__}:{command.model_dump_json()}")
        with suppress(DomainError):
            outcome = self._opened.application.execute(
                command.model_copy(update={"idempotency_key": key}), actor, at or self._now
            )
            self.acts += 1
            return outcome.subject_id
        return None

    def _row(self, query: LiteralString) -> dict[str, Any] | None:
        with self._opened.connection() as conn:
            cursor = conn.execute(
                sql.SQL(query).format(**live_tables(conn)),
                {"structure": self._structure_id, "now": self._now},
            )
            names = [column.name for column in cursor.description or ()]
            row = cursor.fetchone()
        return None if row is None else dict(zip(names, row, strict=True))


def _speaking_for(animation: dict[str, Any]) -> Actor:
    owner: UUID = animation["structure_id"]
    return Actor(Role.STRUCTURE, f"structure-{owner}", structures=frozenset([owner]))
