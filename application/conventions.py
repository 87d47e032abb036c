"""Use cases of conventions. By policy, signing opens the structure's account in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.speakers import has_acted_for
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import ANIMATION, CONVENTION, SERVICE_DOSSIER, SIRET, STRUCTURE, TERRITORY
from domain.conventions import convention as conventions
from domain.conventions.changes import Amendment, Attested
from domain.conventions.changes import amend as amend_convention
from domain.conventions.changes import terminate as terminate_convention
from domain.conventions.convention import AMENDABLE, Convention, ConventionSigned, ConventionTerms
from domain.kernel.departments import named_with_code
from domain.kernel.dossier_status import CERTIFIED
from domain.kernel.errors import ErrorCode, broken, check_all, invalid, refuse
from domain.kernel.euros import Euros
from domain.kernel.identifiers import Siret, convention_of_key, siret_id, structure_id, territory_id
from domain.kernel.people import Name
from domain.kernel.rights import Action, Belongings
from domain.kernel.validation import DeclaredDay, Label, Reason
from domain.structures import structure as structures
from domain.structures.siret import SiretAssigned
from domain.structures.structure import Structure
from domain.typology.territory import Territory
from eventstore.records import Recorded


class ConventionSign(Command, ConventionTerms):
    action: ClassVar[Action] = Action.CONVENTION_SIGN

    # Bounds for new conventions: what was signed before them stays as it is.
    signed_on: DeclaredDay
    valid_from: DeclaredDay
    valid_until: DeclaredDay


class StructureRename(Command):
    action: ClassVar[Action] = Action.STRUCTURE_RENAME

    structure_id: UUID
    name: Name
    reason: Reason
    #: Structures that may be called so already. The read side proposes them.
    namesakes: tuple[UUID, ...] = Field(default=(), exclude=True)


class StructureMove(Command):
    """`on`: the first day of the new SIRET."""

    action: ClassVar[Action] = Action.STRUCTURE_MOVE

    structure_id: UUID
    siret: Siret
    on: DeclaredDay
    reason: Reason


class ConventionAmend(ChangeCommand):
    action: ClassVar[Action] = Action.CONVENTION_AMEND

    convention_id: UUID
    coordonnateur: Name | None = None
    valid_from: DeclaredDay | None = None
    valid_until: DeclaredDay | None = None
    planned_animations: Annotated[int, Field(ge=1, le=100_000)] | None = None
    rate_per_animation: Euros | None = None
    required_pieces: Annotated[tuple[Label, ...], Field(max_length=20)] | None = None
    effective_from: DeclaredDay | None = None
    reason: Reason | None = None
    accept_uncovered: bool = False
    #: Attested animations of the convention whose service is not certified. The read side proposes them.
    held: tuple[UUID, ...] = Field(default=(), exclude=True)


class ConventionTerminate(ChangeCommand):
    """`terminated_on` is the last day covered; by default today, in the territory."""

    action: ClassVar[Action] = Action.CONVENTION_TERMINATE

    convention_id: UUID
    terminated_on: DeclaredDay | None = None
    reason: Reason
    accept_uncovered: bool = False
    held: tuple[UUID, ...] = Field(default=(), exclude=True)


def find_territory(work: UnitOfWork, code: str) -> Territory:
    """Return a territory. Raises INVALID if it does not take part in the programme."""
    territory = work.find(TERRITORY, territory_id(code))
    if territory is None:
        raise invalid(f"le territoire « {named_with_code(code)} » ne participe pas au programme.", "territory")
    return territory


def sign(command: ConventionSign, work: UnitOfWork) -> UUID:
    terms = ConventionTerms.model_construct(**{name: getattr(command, name) for name in ConventionTerms.model_fields})
    if work.find(TERRITORY, territory_id(command.territory)) is None:
        # Nobody has a right there; what else is wrong is named with it.
        check_all(
            lambda: find_territory(work, command.territory), lambda: conventions.check_terms(terms, work.now.date())
        )
    territory = find_territory(work, command.territory)
    account_id = account_of_siret(work, command.siret)
    facts = conventions.sign(terms, work.actor, territory.local_date(work.now), account_id)
    # Refuse those who must not decide on it at all before telling them to amend what stands.
    _check_speaker(work, account_id)
    conventions.check_agreed_once(terms, conventions_of(work, work.find(STRUCTURE, account_id)))
    convention_id = _new_id(command, work)
    belongings = Belongings(account_id, frozenset([territory.code]))
    signed = work.record(CONVENTION, convention_id, facts, belongings)
    attach_to_account(work, signed, belongings)
    return convention_id


def _new_id(command: ConventionSign, work: UnitOfWork) -> UUID:
    """Return the id of a new convention: that of the idempotency key, so that what is signed is what is recorded."""
    if command.idempotency_key is None:
        if work.is_signed:
            raise invalid(
                "pour signer cet acte, le logiciel doit lui donner une clé d'idempotence, la même à chaque envoi.",
                "idempotency_key",
            )
        return uuid4()
    convention_id = convention_of_key(command.idempotency_key)
    if work.find(CONVENTION, convention_id) is not None:
        raise refuse(ErrorCode.DUPLICATE, "Cette clé d'idempotence a déjà servi.", "idempotency_key")
    return convention_id


def account_of_siret(work: UnitOfWork, siret: str) -> UUID:
    """Return the account of the structure with that SIRET, which may have moved to it."""
    assigned = work.find(SIRET, siret_id(siret))
    return assigned.structure_id if assigned else structure_id(siret)


def conventions_of(work: UnitOfWork, structure: Structure | None) -> list[Convention]:
    """Return the structure's conventions in the order of signing."""
    loaded = [work.find(CONVENTION, convention_id) for convention_id, _ in (structure.conventions if structure else ())]
    return [convention for convention in loaded if convention is not None]


def attach_to_account(work: UnitOfWork, signed: Recorded, belongings: Belongings) -> None:
    """Policy: each signing opens the structure's account, or adds the convention to it."""
    fact = signed.event
    assert isinstance(fact, ConventionSigned)
    account = work.find(STRUCTURE, fact.structure_id)
    facts = structures.attach_convention(account, fact.siret, fact.structure_name, signed.originator_id, fact.territory)
    work.record(STRUCTURE, fact.structure_id, facts, belongings, cause=signed)


def rename(command: StructureRename, work: UnitOfWork) -> UUID:
    state = work.subject(STRUCTURE, command.structure_id, None, "Structure", "structure_id")
    others = [other for each in command.namesakes if (other := work.find(STRUCTURE, each)) is not None]
    facts = structures.rename(state, work.actor, command.name, command.reason, others)
    work.record(STRUCTURE, state.id, facts, Belongings(state.id, state.home))
    return state.id


def move(command: StructureMove, work: UnitOfWork) -> UUID:
    state = work.subject(STRUCTURE, command.structure_id, None, "Structure", "structure_id")
    is_own = command.siret in state.sirets
    others = (work.find(SIRET, siret_id(command.siret)), work.find(STRUCTURE, structure_id(command.siret)))
    home = next(iter(state.home), None)
    today = work.now.date() if home is None else find_territory(work, home).local_date(work.now)
    is_taken = not is_own and others != (None, None)
    signed = [min(each.signed_on or each.valid_from, each.valid_from) for each in conventions_of(work, state)]
    # Its present SIRET stands in its first convention, or dates from its last move.
    not_before = state.moved_on or min(signed, default=None)
    facts = structures.move(state, work.actor, command.siret, command.on, command.reason, today, is_taken, not_before)
    belongings = Belongings(state.id, state.home)
    moved = work.record(STRUCTURE, state.id, facts, belongings)
    if not is_own:
        # Policy: who signs or signs in with the new SIRET reaches the same account.
        work.record(SIRET, siret_id(command.siret), [SiretAssigned(structure_id=state.id)], belongings, cause=moved)
    return state.id


def amend(command: ConventionAmend, work: UnitOfWork) -> UUID:
    state = work.subject(CONVENTION, command.convention_id, command.expected_version, "Convention", "convention_id")
    changes = {name: getattr(command, name) for name in AMENDABLE if name in command.model_fields_set}
    facts = amend_convention(
        state,
        work.actor,
        Amendment(changes, command.effective_from, command.reason),
        find_territory(work, state.territory).local_date(work.now),
        _attested(work, state, command.held),
        command.accept_uncovered,
        conventions_of(work, work.find(STRUCTURE, state.structure_id)),
    )
    _check_speaker(work, state.structure_id)
    work.record(CONVENTION, state.id, facts, state.belongings)
    return state.id


def terminate(command: ConventionTerminate, work: UnitOfWork) -> UUID:
    state = work.subject(CONVENTION, command.convention_id, command.expected_version, "Convention", "convention_id")
    last_day = command.terminated_on or find_territory(work, state.territory).local_date(work.now)
    attested = _attested(work, state, command.held)
    facts = terminate_convention(state, work.actor, last_day, command.reason, attested, command.accept_uncovered)
    _check_speaker(work, state.structure_id)
    work.record(CONVENTION, state.id, facts, state.belongings)
    return state.id


def _check_speaker(work: UnitOfWork, structure: UUID) -> None:
    """Raise RULE_BROKEN if the actor speaks for the other party."""
    has_acted = False
    if (person := work.actor.person) is not None:
        with work.keyed.pool.connection() as conn:
            has_acted = has_acted_for(conn, structure, person)
    if reason := structures.speaker_obstacle(structure, work.actor, has_acted):
        raise broken(reason)


def _attested(work: UnitOfWork, convention: Convention, proposed: Iterable[UUID]) -> list[Attested]:
    """Return the proposed animations that are attested under the convention and in no certified dossier."""
    loaded = [work.find(ANIMATION, animation_id) for animation_id in proposed]
    return [
        Attested(animation.id, animation.content.title, animation.held_on)
        for animation in loaded
        if animation is not None
        and animation.attested
        and animation.convention_id == convention.id
        and not _is_certified(work, animation.dossier_id)
    ]


def _is_certified(work: UnitOfWork, dossier_id: UUID | None) -> bool:
    dossier = work.find(SERVICE_DOSSIER, dossier_id) if dossier_id else None
    return dossier is not None and dossier.status in CERTIFIED


USE_CASES = (
    (ConventionSign, sign),
    (StructureRename, rename),
    (StructureMove, move),
    (ConventionAmend, amend),
    (ConventionTerminate, terminate),
)
