"""What structures live besides declaring, through the season: who registers, who comes, what is signed and answered.

As `everyday` for one structure, in ordinary numbers for many.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any, LiteralString

from application.accounts.commands import SchoolStaffBind
from application.animations.attendance_sheets import AttendanceSheetAttach
from application.animations.several import AnimationRepeat, AnimationsPublish
from application.attendance import RegistrationCheckIn, WalkInsCount
from application.contacts.commands import ContactAdd
from application.files.store import FileStore
from application.notifications.refused_letters import LetterRefuse
from application.papers.blank_sheet import BlankSheet, blank_sheet
from application.registrations import RegistrationSubmitFor
from application.structures import SetStructureContact
from cli.composition import Runtime
from cli.demo.acting import PARENTS, Acting, speaking_for
from demo.school_year import busyness
from demo.stage import NATIONAL
from domain.animations.series import Interval
from domain.kernel.actors import SYSTEM, Actor, Role
from domain.notifications.events import LetterAbout, Unreached

#: An animation that is published at this moment is a copy that a series made.
_COMING: LiteralString = """
SELECT animation_id, structure_id, type, seats, starts_at, territory FROM {animations}
WHERE status = 'PUBLISHED' AND audience = 'parents' AND NOT suspended AND published_at < %(now)s
AND starts_at > %(now)s + interval '1 hour' ORDER BY starts_at, animation_id LIMIT %(most)s"""
#: Their lists are open until the attestation.
_OVER: LiteralString = """
SELECT animation_id, structure_id, type, seats, starts_at FROM {animations}
WHERE status = 'PUBLISHED' AND NOT attested AND audience = 'parents' AND ends_at < %(now)s
AND published_at < starts_at - interval '1 hour' ORDER BY starts_at DESC, animation_id LIMIT %(most)s"""
_ATTESTED: LiteralString = """
SELECT a.animation_id, a.structure_id, a.title, a.type, a.starts_at, a.ends_at, a.venue_name, a.address, a.territory,
       a.seats, s.name, s.siret
FROM {animations} a JOIN {structures} s USING (structure_id)
WHERE a.attested AND a.dossier_id IS NULL ORDER BY a.day DESC, a.animation_id LIMIT %(most)s"""
#: The most things of each kind, in a large season.
_MOST = 25
_STRUCTURES: LiteralString = "SELECT structure_id FROM {structures} ORDER BY siret LIMIT %(most)s"
_SCHOOLS: LiteralString = """
SELECT DISTINCT ON (territory) school_uai, territory FROM {candidatures} WHERE degree = 'FIRST' AND erased_at IS NULL
AND repeats IS NULL ORDER BY territory, submitted_at, candidature_id LIMIT least(%(most)s, 4)"""
_CONTACTS = (
    ("École Jean Macé", "école", "ecole.mace"),
    ("Médiathèque", "médiathèque", "mediatheque"),
    ("Centre social", "centre social", "centre.social"),
)


def live_many_days(opened: Runtime, animations: int, now: datetime) -> int:
    """Play it, as far as a season of so many animations allows. Return how many acts were carried out."""
    days = _ManyDays(opened, now, max(3, min(_MOST, animations // 40)))
    coming = days.some(_COMING)
    days.invite()
    days.register_some(coming)
    days.repeat(coming[1:4])
    days.teach(coming)
    days.come()
    days.sign()
    return days.acts


class _ManyDays(Acting):
    def __init__(self, opened: Runtime, now: datetime, most: int) -> None:
        super().__init__(opened, now)
        self._most = most

    def some(self, query: LiteralString) -> list[dict[str, Any]]:
        return self.rows(query, most=self._most)

    def invite(self) -> None:
        """Let structures say whom to call, and have contacts; one of these is not reached any more."""
        for number, structure in enumerate(self.some(_STRUCTURES)):
            structure_id, who = structure["structure_id"], speaking_for(structure)
            phone = f"04 99 00 00 {number:02}"
            self.do(SetStructureContact(structure_id=structure_id, phone=phone, email=f"{number}@exemple.fr"), who)
            for name, kind, mailbox in _CONTACTS[: 1 + number % 3]:
                contact = {"name": name, "email": f"{mailbox}.{number}@exemple.fr", "kind": kind}
                added = self.do(ContactAdd(structure_id=structure_id, **contact), who)
                if added is not None and number == 2:
                    refused = {"about": LetterAbout.CONTACT, "about_id": added, "structure_id": structure_id}
                    self.do(LetterRefuse(**refused, reason=Unreached.REFUSED), SYSTEM)

    def register_some(self, coming: list[dict[str, Any]]) -> None:
        """Register a few parents for what is to come, and more than there are seats for some of it."""
        for number, animation in enumerate(coming):
            full = number % 6 == 2 and animation["seats"] <= 15
            people = animation["seats"] + 2 if full else min(animation["seats"], 3 + number % 5)
            for person in range(number % len(PARENTS), number % len(PARENTS) + people):
                made = self.register(animation, person, self.now)
                if made is not None and number % 4 == 0 and person % len(PARENTS) == 5:
                    refused = {"about_id": made, "animation_id": animation["animation_id"]}
                    refusal = LetterRefuse(about=LetterAbout.REGISTRATION, **refused, reason=Unreached.UNUSABLE)
                    self.do(refusal, SYSTEM)

    def repeat(self, coming: list[dict[str, Any]]) -> None:
        """Hold some of it on further weeks as well, of which the national team publishes most."""
        for number, animation in enumerate(coming):
            weeks = [(animation["starts_at"] + timedelta(days=7 * week)).date() for week in range(1, 4)]
            without = tuple(day for day in weeks if not busyness(day))
            series = {"every": Interval.WEEK, "until": weeks[-1], "without": without}
            self.do(AnimationRepeat(animation_id=animation["animation_id"], **series), speaking_for(animation))
            if number < 2 and (copies := self.copies_of(animation)):
                self.do(AnimationsPublish(animation_ids=copies), NATIONAL)

    def teach(self, coming: list[dict[str, Any]]) -> None:
        """Have teachers register parents of their schools."""
        for school in self.some(_SCHOOLS):
            uai, territory = school["school_uai"], school["territory"]
            near = [animation for animation in coming if animation["territory"] == territory]
            bound = {"subject": f"enseignant-{uai}", "staff_role": "teacher", "territory": territory}
            director = Actor(Role.DIRECTOR, f"direction-{uai}", schools=frozenset([uai]))
            self.do(SchoolStaffBind(**bound, schools=frozenset([uai])), director)
            teacher = Actor(Role.TEACHER, f"enseignant-{uai}", schools=frozenset([uai]))
            for animation in near[:2]:
                for first_name, last_name in (("Mariam", "Sissoko"), ("Ana", "Pereira")):
                    name = {"first_name": first_name, "last_name": last_name}
                    self.do(RegistrationSubmitFor(animation_id=animation["animation_id"], **name), teacher)

    def come(self) -> None:
        """Tick who came to what is over, but for the latest list, and count who just came."""
        for number, animation in enumerate(self.some(_OVER)):
            animation_id, starts_at, who = animation["animation_id"], animation["starts_at"], speaking_for(animation)
            for person in range(min(animation["seats"], 3 + number % 4)):
                made = self.register(animation, person, starts_at - timedelta(minutes=30))
                if made is not None and number:
                    ticked = RegistrationCheckIn(
                        animation_id=animation_id, registration_id=made, present=(person + number) % 4 != 3
                    )
                    self.do(ticked, who, starts_at + timedelta(minutes=5))
            if number % 3 == 1:
                self.do(WalkInsCount(animation_id=animation_id, parents=1 + number % 3), who)

    def sign(self) -> None:
        """Attach signed sheets to what no dossier holds yet, some of two pages."""
        files = FileStore(self.opened.settings.files)
        for number, animation in enumerate(self.some(_ATTESTED)):
            for page in range(1 + (number % 3 == 0)):
                with files.draft(io.BytesIO(self._sheet(animation, page))) as draft:
                    file = {"media_type": "application/pdf", "size": draft.size, "sha256": draft.sha256}
                    attached = AttendanceSheetAttach(animation_id=animation["animation_id"], **file, draft=draft)
                    self.do(attached, speaking_for(animation))

    def _sheet(self, animation: dict[str, Any], page: int) -> bytes:
        return blank_sheet(
            BlankSheet(
                title=animation["title"],
                kind=f"Démonstration, page {page + 1}",
                starts_at=animation["starts_at"],
                ends_at=animation["ends_at"],
                venue=animation["venue_name"],
                address=animation["address"],
                structure=animation["name"],
                structure_siret=animation["siret"],
                territory=animation["territory"],
                seats=8,
                url=f"{self.opened.settings.public_url}/animations/{animation['animation_id']}",
                made_on=animation["starts_at"].date(),
            )
        )
