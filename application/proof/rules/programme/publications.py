"""How events of publications are judged."""

from __future__ import annotations

from application.proof.rules.cases import Case, Decision, Judgement, Judgements
from application.proof.rules.scene import Untold
from application.proof.rules.words import with_new
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.publications import publication as decisions
from domain.publications.events import (
    PublicationAuthorErased,
    PublicationAuthorNamed,
    PublicationFileAttached,
    PublicationFileWithdrawn,
    PublicationModified,
    PublicationProposed,
    PublicationPublished,
    PublicationRefused,
    PublicationWithdrawn,
)
from domain.publications.publication import Publication
from domain.structures.structure import Structure


def _of(case: Case) -> Publication:
    return case.scene.state(Publication, case.stream, "publication")


def _decided(case: Case, events: list[Event], recorded: Event | None = None) -> Decision:
    return Decision(events, _of(case).belongings, recorded=recorded)


def _proposed(case: Case, fact: PublicationProposed) -> Decision:
    structure, territory = None, fact.territory
    if fact.structure_id is not None:
        structure, territory = case.scene.state(Structure, fact.structure_id, "structure"), None
    today = decisions.day_of(case.now)
    facts = decisions.propose(fact, case.actor, structure, territory, case.scene.typology(), today)
    return Decision(facts, decisions.evolve(None, case.stream, fact).belongings)


def _modified(case: Case, fact: PublicationModified) -> Decision:
    recorded = with_new(fact, frozenset(fact.changed))
    facts = decisions.modify_to(_of(case), case.actor, recorded, case.scene.typology(), decisions.day_of(case.now))
    return _decided(case, facts, recorded)


def _author_named(case: Case, fact: PublicationAuthorNamed) -> Decision:
    return _decided(case, decisions.name_author(_of(case), case.actor, fact))


def _published(case: Case, fact: PublicationPublished) -> Decision:
    state = _of(case)
    direct = case.record.stamp.cause == f"command:{Action.PUBLICATION_PROPOSE}"
    if direct and not decisions.publishes_directly(state, case.actor):
        raise Untold("what a structure proposes is not put online by proposing it")
    return _decided(case, decisions.publish(state, case.actor))


def _refused(case: Case, fact: PublicationRefused) -> Decision:
    return _decided(case, decisions.refuse_publication(_of(case), case.actor, fact.reason))


def _withdrawn(case: Case, fact: PublicationWithdrawn) -> Decision:
    return _decided(case, decisions.withdraw(_of(case), case.actor, fact.reason))


def _file_attached(case: Case, fact: PublicationFileAttached) -> Decision:
    return _decided(case, decisions.attach_file(_of(case), case.actor, fact))


def _file_withdrawn(case: Case, fact: PublicationFileWithdrawn) -> Decision:
    return _decided(case, decisions.withdraw_file(_of(case), case.actor, fact.sha256))


def _author_erased(case: Case, fact: PublicationAuthorErased) -> Decision:
    """The right followed from a key that is gone: only the naming of the person is left to look at."""
    state = _of(case)
    if fact.person_id not in state.authors:
        raise Untold("nobody of that pseudonym was named as its author")
    return _decided(case, [fact])


PUBLICATIONS: Judgements = {
    PublicationProposed: Judgement(_proposed, (Action.PUBLICATION_PROPOSE,)),
    PublicationModified: Judgement(_modified, (Action.PUBLICATION_MODIFY,)),
    PublicationAuthorNamed: Judgement(_author_named, (Action.PUBLICATION_PROPOSE, Action.PUBLICATION_MODIFY)),
    PublicationPublished: Judgement(_published, (Action.PUBLICATION_PUBLISH, Action.PUBLICATION_PROPOSE)),
    PublicationRefused: Judgement(_refused, (Action.PUBLICATION_REFUSE,)),
    PublicationWithdrawn: Judgement(_withdrawn, (Action.PUBLICATION_WITHDRAW,)),
    PublicationFileAttached: Judgement(_file_attached, (Action.PUBLICATION_FILE_ATTACH,)),
    PublicationFileWithdrawn: Judgement(_file_withdrawn, (Action.PUBLICATION_FILE_WITHDRAW,)),
    PublicationAuthorErased: Judgement(_author_erased, (Action.PERSON_ERASE,)),
}
