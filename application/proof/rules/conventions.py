"""How events of conventions and of structures' accounts are judged."""

from __future__ import annotations

from uuid import UUID

from application.proof.rules.cases import Alone, Case, Consequence, Decision, Judgement, Judgements
from application.proof.rules.persons import check_speaker
from application.proof.rules.scene import Untold
from application.proof.rules.words import with_new
from domain.conventions import convention as decisions
from domain.conventions.changes import Amendment, amend, terminate
from domain.conventions.convention import (
    AMENDABLE,
    Convention,
    ConventionAmended,
    ConventionSigned,
    ConventionTerminated,
    ConventionTerms,
    PaymentTerms,
    ServiceCertified,
    ServiceWithdrawn,
)
from domain.kernel.events import Event
from domain.kernel.identifiers import siret_id, structure_id
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import validated
from domain.structures import structure as structures
from domain.structures.siret import SiretAssigned
from domain.structures.structure import Structure, StructureContactSet, StructureMoved, StructureRenamed


def _signed(case: Case, fact: ConventionSigned) -> Decision:
    scene = case.scene
    if scene.version(case.stream):
        raise Untold("the convention is signed already")
    terms = validated(ConventionTerms, {name: getattr(fact, name) for name in ConventionTerms.model_fields})
    stream = _account_of(case, fact)
    facts = decisions.sign(terms, case.actor, scene.today(scene.territory(fact.territory).code, case.now), stream)
    check_speaker(case, stream)
    belongings = Belongings(stream, frozenset([fact.territory]))
    consequences: list[Consequence] = []
    if scene.holds(stream):
        attached = structures.attach_convention(
            scene.find(Structure, stream), fact.siret, fact.structure_name, case.stream, fact.territory
        )
        consequences = [Consequence(stream, event, belongings) for event in attached]
    return Decision(facts, belongings, consequences)


def _account_of(case: Case, fact: ConventionSigned) -> UUID:
    """Return the account that the SIRET stands for: another than its own where a structure has moved to it."""
    claimed = case.scene.find(Structure, fact.structure_id)
    return fact.structure_id if claimed and fact.siret in claimed.sirets else structure_id(fact.siret)


def _of(case: Case) -> Convention:
    return case.scene.state(Convention, case.stream, "convention")


def _amended(case: Case, fact: ConventionAmended) -> Decision:
    state = _of(case)
    recorded = with_new(fact, frozenset(fact.changed))
    validated(PaymentTerms, {name: getattr(recorded, name) for name in PaymentTerms.model_fields})
    changes: dict[str, object] = {name: getattr(recorded, name) for name in AMENDABLE}
    today = case.scene.today(state.territory, case.now)
    amendment = Amendment(changes, recorded.effective_from, recorded.reason)
    facts = amend(state, case.actor, amendment, today)
    check_speaker(case, state.structure_id)
    # Whoever amended it acknowledged these, which other streams tell of. A first version said no day.
    unasked: dict[str, object] = {"uncovered": fact.uncovered}
    if case.schema_version == 1:
        unasked["effective_from"] = None
    return Decision([amended.model_copy(update=unasked) for amended in facts], state.belongings, recorded=recorded)


def _terminated(case: Case, fact: ConventionTerminated) -> Decision:
    state = _of(case)
    facts = terminate(state, case.actor, fact.terminated_on, fact.reason)
    check_speaker(case, state.structure_id)
    return Decision([ended.model_copy(update={"uncovered": fact.uncovered}) for ended in facts], state.belongings)


def _renamed(case: Case, fact: StructureRenamed) -> Decision:
    state = case.scene.state(Structure, case.stream, "structure")
    recorded = with_new(fact, frozenset(["name"]))
    facts = structures.rename(state, case.actor, recorded.name, recorded.reason or "")
    return Decision(facts, Belongings(state.id, state.home), recorded=recorded)


def _moved(case: Case, fact: StructureMoved) -> Decision:
    state = case.scene.state(Structure, case.stream, "structure")
    belongings = Belongings(state.id, state.home)
    # Without a convention there is no territory: days are those of UTC.
    home = next(iter(state.home), None)
    today = case.now.date() if home is None else case.scene.today(home, case.now)
    recorded = with_new(fact, frozenset())
    assigned = siret_id(fact.siret)
    is_taken = fact.siret not in state.sirets and case.scene.version(assigned) > 0
    facts = structures.move(state, case.actor, fact.siret, fact.on, recorded.reason, today, is_taken)
    consequences: list[Consequence] = []
    if fact.siret not in state.sirets and case.scene.holds(assigned):
        consequences = [Consequence(assigned, SiretAssigned(structure_id=state.id), belongings)]
    return Decision(facts, belongings, consequences, recorded=recorded)


def _contact_set(case: Case, fact: StructureContactSet) -> Decision:
    """No decision of the domain's makes it; the right is the domain's, and so is what an erasure leaves."""
    state = case.scene.state(Structure, case.stream, "structure")
    erased = case.record.stamp.cause == f"command:{Action.PERSON_ERASE}"
    authorize(case.actor, Action.PERSON_ERASE if erased else Action.STRUCTURE_CONTACT_SET, state.belongings)
    event = StructureContactSet(person_id=fact.person_id) if erased else fact
    return Decision([event], Belongings(structure_id=state.id))


def _counted_alone(case: Case, fact: ServiceCertified | ServiceWithdrawn) -> None:
    """The dossier is not held: nothing more can be known of it than that it is counted, or counted no more."""
    _of(case)


CONVENTIONS: Judgements = {
    ConventionSigned: Judgement(_signed, (Action.CONVENTION_SIGN,)),
    ConventionAmended: Judgement(_amended, (Action.CONVENTION_AMEND,)),
    ConventionTerminated: Judgement(_terminated, (Action.CONVENTION_TERMINATE,)),
    StructureRenamed: Judgement(_renamed, (Action.STRUCTURE_RENAME,)),
    StructureMoved: Judgement(_moved, (Action.STRUCTURE_MOVE,)),
    StructureContactSet: Judgement(_contact_set, (Action.STRUCTURE_CONTACT_SET, Action.PERSON_ERASE)),
}


def _attached_alone(case: Case, fact: Event) -> None:
    """The convention is not held."""


CONVENTIONS_ALONE: dict[type[Event], Alone] = {
    ServiceCertified: _counted_alone,
    ServiceWithdrawn: _counted_alone,
    structures.AccountOpened: _attached_alone,
    SiretAssigned: _attached_alone,
    structures.ConventionAttached: _attached_alone,
}
