"""The structures of a season: their conventions, signed, amended and terminated, and their accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from demo.organisations import Organisation
from demo.school_year import DAY, DECLARING_AHEAD, SIGNING_TIME, SchoolYear, office_hours, some_time
from demo.stage import Stage, Story, Subject
from demo.texts import TEXTS
from domain.animations.animation import Animation
from domain.animations.checking import Surroundings
from domain.catalogue import CONVENTION, STRUCTURE
from domain.conventions import convention as conventions
from domain.conventions.changes import Amendment, amend, terminate
from domain.conventions.convention import Convention, ConventionTerms
from domain.kernel.actors import Actor, Role
from domain.kernel.rights import Action, Belongings
from domain.structures import structure as structures
from domain.structures.structure import Structure

#: The first structures, at least one in each territory, take part from start to end.
FAITHFUL = 12
#: The next two: one whose convention ends early and one whose is amended, so that every season shows both.
_LEAVES, _RENEGOTIATES = FAITHFUL, FAITHFUL + 1
#: In euros.
_RATE_RISES = (10, 20, 25, 40)


@dataclass(slots=True)
class Partner:
    """A structure in this season. Its animations are held from `first_day` to `last_day`."""

    organisation: Organisation
    territory: str
    zone: ZoneInfo
    actor: Actor
    signed_at: datetime
    first_day: date
    last_day: date
    leaves: bool
    amended: bool
    account: Subject[Structure]
    convention: Subject[Convention]
    #: The animation declared last, which clones are made from.
    latest: Subject[Animation] | None = None

    @property
    def belongings(self) -> Belongings:
        return Belongings(self.organisation.id, frozenset([self.territory]))

    def surroundings(self, stage: Stage) -> Surroundings:
        return Surroundings(
            self.account.current, [self.convention.state], stage.territory(self.territory), stage.ground.typology
        )


def enrol(stage: Stage, year: SchoolYear, index: int, organisation: Organisation) -> Partner:
    """Draw when the structure joins and leaves: two thirds before the first day, the others during the year."""
    rng = stage.rng
    territory = organisation.commune.department
    early = index < FAITHFUL + 2 or rng.random() < 0.65
    span = (year.today - year.first_day).days - 30
    signed_on = year.first_day - DAY * rng.randint(DECLARING_AHEAD.days + 1, SIGNING_TIME.days - 2)
    if not early:
        signed_on = year.first_day + DAY * rng.randrange(span)
    leaves = index == _LEAVES or (index > _RENEGOTIATES and early and rng.random() < 0.04)
    first_day = max(year.first_day, signed_on)
    convention_id = stage.new_id(f"convention:{index}")
    zone = stage.zone(territory)
    return Partner(
        organisation=organisation,
        territory=territory,
        zone=zone,
        actor=Actor(Role.STRUCTURE, f"structure-{organisation.siret}", structures=frozenset([organisation.id])),
        signed_at=some_time(rng, signed_on, 8.5, 18, zone),
        first_day=first_day,
        last_day=first_day + DAY * rng.randint(30, span) if leaves else year.last_day,
        leaves=leaves,
        amended=index == _RENEGOTIATES or rng.random() < 0.1,
        account=Subject(STRUCTURE, organisation.id),
        convention=Subject(CONVENTION, convention_id),
    )


def convention_story(stage: Stage, partner: Partner, year: SchoolYear, planned: int) -> Story:
    """Sign a convention, which opens the account or adds to an existing one; then amend and end it."""
    rng = stage.rng
    coordonnateur = Actor(
        Role.COORDONNATEUR, f"coordonnateur-{partner.territory}", territories=frozenset([partner.territory])
    )
    at = partner.signed_at
    yield at
    _sign(stage, partner, coordonnateur, at, year.last_day, planned)

    if partner.amended:
        at = office_hours(rng, at, partner.zone, 20, 60)
        yield at
        rate = partner.convention.state.rate_per_animation or Decimal("100.00")
        changes: dict[str, object] = {
            "rate_per_animation": rate + rng.choice(_RATE_RISES),
            "planned_animations": planned + rng.randint(1, 10),
        }
        today = stage.territory(partner.territory).local_date(at)
        facts = amend(partner.convention.state, coordonnateur, Amendment(changes), today)
        deed = stage.deed(coordonnateur, Action.CONVENTION_AMEND, at)
        stage.record(deed, partner.convention, facts, partner.convention.state.belongings)

    if partner.leaves:
        # Recorded on the morning of the last day.
        at = max(at, datetime.combine(partner.last_day, time(13), UTC)) + timedelta(minutes=rng.uniform(0, 60))
        yield at
        reason = rng.choice(TEXTS.terminations)
        facts = terminate(partner.convention.state, coordonnateur, partner.last_day, reason)
        deed = stage.deed(coordonnateur, Action.CONVENTION_TERMINATE, at)
        stage.record(deed, partner.convention, facts, partner.convention.state.belongings)


def _sign(stage: Stage, partner: Partner, coordonnateur: Actor, at: datetime, valid_until: date, planned: int) -> None:
    rng, organisation = stage.rng, partner.organisation
    today = stage.territory(partner.territory).local_date(at)
    terms = ConventionTerms(
        siret=organisation.siret,
        structure_name=organisation.name,
        territory=partner.territory,
        coordonnateur=coordonnateur.name,
        # Often signed on paper some days before it is recorded.
        signed_on=today - DAY * rng.choice((0, 0, 1, 3, 8)),
        valid_from=partner.first_day,
        valid_until=valid_until,
        planned_animations=planned if rng.random() < 0.9 else None,
        rate_per_animation=Decimal(f"{rng.randrange(120, 360, 10)}.00") if rng.random() < 0.9 else None,
        required_pieces=rng.choice(TEXTS.pieces),
    )
    deed = stage.deed(coordonnateur, Action.CONVENTION_SIGN, at)
    signed = stage.record(deed, partner.convention, conventions.sign(terms, coordonnateur, today), partner.belongings)
    account = partner.account
    account.version, account.current = stage.ground.structure(organisation.id)
    facts = structures.attach_convention(
        account.current, organisation.siret, organisation.name, partner.convention.id, partner.territory
    )
    stage.record(deed, account, facts, partner.belongings, cause=signed)
