"""People at work on a database: commands with sensible values, at a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from application.animations.attendance_sheets import AttendanceSheetAttach
from application.animations.commands import (
    AnimationAttest,
    AnimationCancel,
    AnimationClone,
    AnimationCreate,
    AnimationModify,
    AnimationPublish,
    AnimationRefuse,
    AttestationCorrect,
)
from application.animations.several import AnimationRepeat, AnimationsPublish
from application.application import Application
from application.candidatures import CandidatureSubmit, CandidatureValidate, CandidatureWithdraw
from application.commanding.commands import Command
from application.conventions import ConventionSign
from application.files.store import Draft
from application.registrations import (
    PURPOSE,
    RegistrationCancel,
    RegistrationKeep,
    RegistrationRemove,
    RegistrationSubmit,
)
from application.service_dossiers.amendments import ServiceAmendmentAccept, ServiceAmendmentPropose
from application.service_dossiers.commands import (
    ServiceDossierCertify,
    ServiceDossierGather,
    ServiceDossierOpen,
    ServiceDossierReturn,
    ServiceDossierSubmit,
    ServicePaymentRecord,
)
from application.typology import TermMerge, TermRename
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC, SYSTEM, Actor, Role
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import structure_id
from domain.typology.typology import TermKind
from eventstore.authenticators import EventKeys
from eventstore.log import head, read_command
from eventstore.recording.batches import Outcome
from eventstore.records import Recorded

MASTER_KEY = bytes(range(32))
EVENT_KEYS = EventKeys(b"e" * 32)
LOG_NAME = "parentalite.log/tests"
FOUNDED_AT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
SIRET = "21971101700018"
STRUCTURE_ID = structure_id(SIRET)
UAI = "9719102S"
STRUCTURE = Actor(Role.STRUCTURE, "structure", structures=frozenset([STRUCTURE_ID]))
COORDONNATEUR = Actor(Role.COORDONNATEUR, "coordonnateur", territories=frozenset(["971"]))
NATIONAL = Actor(Role.NATIONAL, "national")
AUDITOR = Actor(Role.AUDITOR, "auditor")
HEAD = Actor(Role.HEAD, "head", schools=frozenset([UAI]))
THEMES = ("ent-pronote", "temps-ecran", "jeux-video", "educonnect")
TYPES = ("cafe-des-parents", "atelier-parents", "atelier-parents-enfants")


#: For what is missing and unusual, where there is cause.
REASONS = {"missing_reason": "Perdue en route", "warnings_reason": "Deux groupes"}


@dataclass
class World:
    app: Application
    now: datetime = FOUNDED_AT
    animations: list[UUID] = field(default_factory=list)
    candidatures: list[UUID] = field(default_factory=list)
    registrations: list[tuple[UUID, UUID]] = field(default_factory=list)
    conventions: list[UUID] = field(default_factory=list)
    dossiers: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        """The convention may have been signed before, in the database that this one is a copy of."""
        with self.app.pool.connection() as conn:
            signed = conn.execute("SELECT originator_id FROM stored_events WHERE topic = 'convention.signed'")
            self.conventions += [convention_id for (convention_id,) in signed.fetchall()]

    def does(self, command: Command, actor: Actor) -> Outcome:
        return self.app.execute(command, actor, self.now)

    def sign(self) -> Outcome:
        year = 2026 - len(self.conventions)
        command = ConventionSign(
            siret=SIRET,
            structure_name="Ville de Basse-Terre",
            territory="971",
            coordonnateur="coordination-971",
            signed_on=date(2026, 9, 1),
            # A further one is for the school year before: no two cover the same day.
            valid_from=date(year, 9, 1),
            valid_until=date(year + 1, 8, 31),
            rate_per_animation=Decimal("150.00"),
        )
        signed = self.does(command, NATIONAL)
        self.conventions.append(signed.subject_id)
        return signed

    def creates(self, **changes: Any) -> UUID:
        values: dict[str, Any] = {
            "structure_id": STRUCTURE_ID,
            "territory": "971",
            "title": "Café des parents : l'ENT à l'école",
            "description": "Une œuvre à \\plusieurs\tmains,\n« sans » peine.",
            "starts_at": self.now + timedelta(hours=2),
            "ends_at": self.now + timedelta(hours=4),
            "venue_type": "ecole",
            "venue_name": "Jean Jaurès",
            "audience": "parents",
            "type": "cafe-des-parents",
            "themes": ("ent-pronote",),
            "seats": 12,
        }
        created = self.does(AnimationCreate(**values | changes), STRUCTURE).subject_id
        self.animations.append(created)
        return created

    def publishes(self, animation_id: UUID) -> Outcome:
        return self.does(AnimationPublish(animation_id=animation_id), NATIONAL)

    def commanded(self) -> list[Recorded]:
        """Return the events of the last command."""
        with self.app.pool.connection() as conn:
            return read_command(conn, head(conn))

    def acts_at_random(self, random: Random) -> None:
        """Tries something; what the rules forbid simply does not happen."""
        self.now += timedelta(hours=random.choice((0, 1, 6)))
        try:
            random.choice(_DEEDS)(self, random)
        except DomainError:
            return


def _create(world: World, random: Random) -> None:
    themes = tuple(random.sample(THEMES, random.choice((1, 2))))
    world.creates(themes=themes, type=random.choice(TYPES), title=f"Café {random.randint(1, 9)} d'été")


def _change(world: World, random: Random) -> None:
    animation_id = random.choice(world.animations or [UUID(int=1)])
    attendance = {"parents": random.randint(0, 20), "answers": ("oui", 'dit "non"')}
    start = world.now + timedelta(days=random.randint(0, 3))
    changes = {"themes": tuple(random.sample(THEMES, 2)), "starts_at": start, "ends_at": start + timedelta(hours=1)}
    command, actor = random.choice(
        [
            (AnimationPublish(animation_id=animation_id), NATIONAL),
            (AnimationPublish(animation_id=animation_id), NATIONAL),
            (AnimationRefuse(animation_id=animation_id, reason="à préciser"), NATIONAL),
            (AnimationModify(animation_id=animation_id, changes=changes), STRUCTURE),
            (AnimationCancel(animation_id=animation_id, reason="neige"), STRUCTURE),
            (AnimationAttest(animation_id=animation_id, **attendance), STRUCTURE),
            (AnimationAttest(animation_id=animation_id, **attendance), STRUCTURE),
            (AttestationCorrect(animation_id=animation_id, **attendance, reason="recompté"), STRUCTURE),
            (_sheet(animation_id, random), STRUCTURE),
        ]
    )
    world.does(command, actor)


def _sheet(animation_id: UUID, random: Random) -> AttendanceSheetAttach:
    digest = f"{random.randint(1, 3):064x}"
    kept_before = Draft(Path("kept before"), digest, 7, Path("there"))
    return AttendanceSheetAttach(
        animation_id=animation_id,
        media_type="application/pdf",
        size=7,
        sha256=digest,
        draft=kept_before,
    )


def _clone(world: World, random: Random) -> None:
    source = random.choice(world.animations or [UUID(int=1)])
    start = world.now + timedelta(days=1)
    clone = AnimationClone(animation_id=source, starts_at=start, ends_at=start + timedelta(hours=2))
    world.animations.append(world.does(clone, STRUCTURE).subject_id)


def _repeat(world: World, random: Random) -> None:
    source = random.choice(world.animations or [UUID(int=1)])
    starts = [world.now + timedelta(days=random.randint(1, 20)) for _ in range(random.randint(1, 3))]
    dates = [{"starts_at": start, "ends_at": start + timedelta(hours=2)} for start in starts]
    world.does(AnimationRepeat(animation_id=source, dates=dates), STRUCTURE)
    copies = [copy_id for record in world.commanded() for copy_id in getattr(record.event, "animation_ids", ())]
    world.animations += copies
    ids = tuple(random.sample(world.animations, min(4, len(world.animations))))
    world.does(AnimationsPublish(animation_ids=(*copies, *ids)), NATIONAL)


def _apply(world: World, random: Random) -> None:
    submitted = CandidatureSubmit(
        territory="971",
        school_uai=UAI,
        degree=Degree.SECOND,
        first_name="Prénom",
        last_name="Nom",
        email="parent@example.org",
        motivation="Aider.",
    )
    world.candidatures.append(world.does(submitted, PUBLIC).subject_id)


def _decide(world: World, random: Random) -> None:
    candidature_id = random.choice(world.candidatures or [UUID(int=1)])
    if random.random() < 0.3:
        world.app.erase_person(str(candidature_id), SYSTEM, world.now)
    elif random.random() < 0.5:
        world.does(CandidatureValidate(candidature_id=candidature_id), HEAD)
    else:
        world.does(CandidatureWithdraw(candidature_id=candidature_id, reason="déménagement"), NATIONAL)


def _register(world: World, random: Random) -> None:
    animation_id = random.choice(world.animations or [UUID(int=1)])
    who = {"first_name": "Prénom", "last_name": "Nom"}
    submit = RegistrationSubmit(animation_id=animation_id, email=f"p{random.randint(1, 30)}@example.org", **who)
    world.registrations.append((animation_id, world.does(submit, PUBLIC).subject_id))


def _unregister(world: World, random: Random) -> None:
    animation_id, registration_id = random.choice(world.registrations or [(UUID(int=1), UUID(int=1))])
    link = world.app.links.link(PURPOSE, animation_id, registration_id)
    command, actor = random.choice(
        [
            (RegistrationCancel(link=link), PUBLIC),
            (RegistrationKeep(link=link), PUBLIC),
            (
                RegistrationRemove(animation_id=animation_id, registration_id=registration_id, reason="en double"),
                STRUCTURE,
            ),
            (AnimationModify(animation_id=animation_id, changes={"seats": random.randint(1, 12)}), STRUCTURE),
        ]
    )
    if random.random() < 0.2:
        world.app.erase_person(f"p{random.randint(1, 30)}@example.org", SYSTEM, world.now)
    else:
        world.does(command, actor)


def _claim(world: World, random: Random) -> None:
    period = {"period_from": date(2026, 9, 1), "period_until": date(2027, 8, 31)}
    convention_id = random.choice(world.conventions or [UUID(int=1)])
    opened = ServiceDossierOpen(
        structure_id=STRUCTURE_ID, convention_id=convention_id, **period, gatherable=tuple(world.animations)
    )
    world.dossiers.append(world.does(opened, STRUCTURE).subject_id)


def _settle(world: World, random: Random) -> None:
    dossier_id = random.choice(world.dossiers or [UUID(int=1)])
    animation_id = random.choice(world.animations or [UUID(int=1)])
    amended = {"animation_id": animation_id, "parents": random.randint(0, 20), "reason": "recompté"}
    command, actor = random.choice(
        [
            (ServiceDossierSubmit(dossier_id=dossier_id), STRUCTURE),
            (ServiceDossierSubmit(dossier_id=dossier_id), STRUCTURE),
            (ServiceDossierReturn(dossier_id=dossier_id, reason="incomplet"), COORDONNATEUR),
            (ServiceDossierGather(dossier_id=dossier_id, gatherable=tuple(world.animations)), STRUCTURE),
            (ServiceDossierCertify(dossier_id=dossier_id, **REASONS), COORDONNATEUR),
            (ServiceDossierCertify(dossier_id=dossier_id, **REASONS), COORDONNATEUR),
            (ServicePaymentRecord(dossier_id=dossier_id, paid_on=world.now.date(), reference="VIR"), NATIONAL),
            (ServiceAmendmentPropose(dossier_id=dossier_id, **amended), STRUCTURE),
            (ServiceAmendmentAccept(dossier_id=dossier_id, number=1), COORDONNATEUR),
        ]
    )
    world.does(command, actor)


def _reword(world: World, random: Random) -> None:
    world.does(TermRename(kind=TermKind.THEME, code="jeux-video", label=f"Jeux {random.randint(1, 99)}"), NATIONAL)


def _merge(world: World, random: Random) -> None:
    world.does(TermMerge(kind=TermKind.THEME, source="educonnect", into="ent-pronote"), NATIONAL)


_DEEDS = (
    *(_repeat, _create, _create, _change, _change, _change, _change, _clone, _apply, _decide),
    *(_claim, _settle, _settle, _reword, _merge, _register, _register, _register, _unregister),
)
