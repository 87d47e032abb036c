"""How events of the national team's lists, of files, of the proof itself and of erased words are judged."""

from __future__ import annotations

from typing import Any

from application.proof.rules.cases import Case, Decision, Judgement, Judgements
from application.proof.rules.scene import Untold
from domain.action_groups.events import ActionGroupWordsErased
from domain.animation_requests.events import RequestWordsErased
from domain.animations.events import AnimationWordsErased
from domain.controls.control import Control
from domain.controls.events import ControlWordsErased, PieceWordsErased
from domain.conventions.convention import ConventionWordsErased
from domain.files import stored_file
from domain.files.stored_file import FileExpired
from domain.kernel.events import Event
from domain.kernel.identifiers import (
    ATTESTATION_FORM_ID,
    LOG_CHECKS_ID,
    MAP_ID,
    RESTORATIONS_ID,
    SIGNING_RULE_ID,
    TYPOLOGY_ID,
    file_id,
    logo_id,
    territory_id,
)
from domain.kernel.rights import Action, Belongings, authorize
from domain.logos.logo import Logo, LogoSet, LogoWithdrawn, recorded_of, set_logo, withdraw_logo
from domain.proof import committed_map, log_checks, restorations, signing_rule
from domain.proof.committed_map import CommittedMap
from domain.proof.events import LogChecked, LogRestored, MapCommitted, SigningRequired
from domain.proof.signing_rule import SigningRule
from domain.publications.events import PublicationWordsErased
from domain.school_projects.events import SchoolProjectWordsErased
from domain.service_dossiers.events import DossierWordsErased
from domain.strategies.events import StrategyWordsErased
from domain.structures.structure import Structure, StructureWordsErased
from domain.typology import attestation_form, territory, typology
from domain.typology.attestation_form import AttestationForm, FormWorded
from domain.typology.territory import CandidaturesOpened, Territory, TerritoryJoined
from domain.typology.typology import TermAdded, TermMerged, TermRenamed, TermRetired, TermSplit, Typology


def _typology(case: Case) -> Typology:
    if case.stream != TYPOLOGY_ID:
        raise Untold("there is one typology, in a stream of its own")
    return case.scene.find(Typology, TYPOLOGY_ID) or Typology()


def _added(case: Case, fact: TermAdded) -> Decision:
    return Decision(typology.add(_typology(case), case.actor, fact), Belongings())


def _renamed(case: Case, fact: TermRenamed) -> Decision:
    facts = typology.rename(_typology(case), case.actor, fact.kind, fact.code, fact.label, fact.since)
    return Decision(facts, Belongings())


def _merged(case: Case, fact: TermMerged) -> Decision:
    facts = typology.merge(_typology(case), case.actor, fact.kind, fact.code, fact.into, fact.since)
    return Decision(facts, Belongings())


def _split(case: Case, fact: TermSplit) -> Decision:
    facts = typology.split(_typology(case), case.actor, fact.kind, fact.code, fact.parts, fact.since)
    return Decision(facts, Belongings())


def _retired(case: Case, fact: TermRetired) -> Decision:
    return Decision(typology.retire(_typology(case), case.actor, fact.kind, fact.code, fact.since), Belongings())


def _of_territory(case: Case, code: str) -> Belongings:
    if case.stream != territory_id(code):
        raise Untold(f"the stream is not that of territory {code}")
    return Belongings(territories=frozenset([code]))


def _joined(case: Case, fact: TerritoryJoined) -> Decision:
    state = case.scene.find(Territory, case.stream)
    return Decision(territory.join(state, case.actor, **fact.model_dump()), _of_territory(case, fact.code))


def _opened(case: Case, fact: CandidaturesOpened) -> Decision:
    state = case.scene.state(Territory, case.stream, "territory")
    return Decision(territory.open_candidatures(state, case.actor), _of_territory(case, fact.code))


def _worded(case: Case, fact: FormWorded) -> Decision:
    if case.stream != ATTESTATION_FORM_ID:
        raise Untold("there is one attestation form, in a stream of its own")
    state = case.scene.find(AttestationForm, ATTESTATION_FORM_ID) or AttestationForm()
    return Decision(attestation_form.word(state, case.actor, fact.questions), Belongings())


def _expired(case: Case, fact: FileExpired) -> Decision:
    if case.stream != file_id(fact.sha256):
        raise Untold("the stream is not that of the file with this digest")
    return Decision(stored_file.expire(fact.sha256, case.actor), Belongings())


def _logo_set(case: Case, fact: LogoSet) -> Decision:
    belongings = _of_logo(case, fact)
    return Decision(set_logo(case.scene.find(Logo, case.stream), case.actor, belongings, fact), recorded_of(belongings))


def _logo_withdrawn(case: Case, fact: LogoWithdrawn) -> Decision:
    state = case.scene.state(Logo, case.stream, "logo")
    belongings = _of_logo(case, state)
    return Decision(withdraw_logo(state, case.actor, belongings), recorded_of(belongings))


def _of_logo(case: Case, logo: LogoSet | Logo) -> Belongings:
    if logo.structure_id is not None:
        owner, belongings = logo.structure_id, case.scene.state(Structure, logo.structure_id, "structure").belongings
    else:
        owner, only = territory_id(logo.territory or ""), frozenset([logo.territory or ""])
        case.scene.state(Territory, owner, "territory")
        belongings = Belongings(territories=only, home=only)
    if case.stream != logo_id(owner):
        raise Untold("the stream is not that of the owner's logo")
    return belongings


def _committed(case: Case, fact: MapCommitted) -> Decision:
    if case.stream != MAP_ID:
        raise Untold("the map is committed in a stream of its own")
    if fact.position >= case.record.position:
        raise Untold(f"the map of position {fact.position} is committed before that position")
    rules, until_then = fact.signing_rules, case.scene.signing_rules_until(fact.position)
    if case.schema_version > 1 and rules != until_then:
        raise Untold(f"{until_then} events tell who has to sign until position {fact.position}, not {rules}")
    state = case.scene.find(CommittedMap, MAP_ID)
    # Older code reads neither such an event nor a commit that counts them, and commits nothing after either.
    if case.schema_version == 1 and (until_then or (state is not None and state.counts_signing_rules)):
        raise Untold(f"it does not count the events that tell who has to sign, {until_then} until {fact.position}")
    return Decision(committed_map.commit(state, fact.position, fact.root, rules, case.actor), Belongings())


def _required(case: Case, fact: SigningRequired) -> Decision:
    if case.stream != SIGNING_RULE_ID:
        raise Untold("who has to sign is told in a stream of its own")
    state = case.scene.find(SigningRule, SIGNING_RULE_ID)
    return Decision(signing_rule.require(state, fact.roles, fact.acts, case.actor), Belongings())


def _checked(case: Case, fact: LogChecked) -> Decision:
    if case.stream != LOG_CHECKS_ID:
        raise Untold("checks are recorded in a stream of their own")
    return Decision(log_checks.record(fact, case.actor), Belongings())


def _restored(case: Case, fact: LogRestored) -> Decision:
    if case.stream != RESTORATIONS_ID:
        raise Untold("what was lost is recorded in a stream of its own")
    return Decision(restorations.record(fact, case.actor), Belongings())


def _erased(case: Case, fact: Event) -> Decision:
    """The words of a thing are erased, and those of a control's pieces with them."""
    authorize(case.actor, Action.PERSON_ERASE, Belongings())
    state: Any = case.scene.state(object, case.stream, "thing")
    pieces: list[Event] = []
    if isinstance(state, Control):
        pieces = [
            PieceWordsErased(dossier_id=dossier, piece=piece)
            for dossier, judged in state.judged.items()
            for piece in judged
        ]
    owners: Belongings = state.belongings
    return Decision([fact, *pieces], Belongings(owners.structure_id, owners.home or owners.territories))


LISTS: Judgements = {
    TermAdded: Judgement(_added, (Action.TERM_ADD,)),
    TermRenamed: Judgement(_renamed, (Action.TERM_RENAME,)),
    TermMerged: Judgement(_merged, (Action.TERM_MERGE,)),
    TermSplit: Judgement(_split, (Action.TERM_SPLIT,)),
    TermRetired: Judgement(_retired, (Action.TERM_RETIRE,)),
    TerritoryJoined: Judgement(_joined, (Action.TERRITORY_JOIN,)),
    CandidaturesOpened: Judgement(_opened, (Action.TERRITORY_OPEN_CANDIDATURES,)),
    FormWorded: Judgement(_worded, (Action.ATTESTATION_FORM_WORD,)),
    MapCommitted: Judgement(_committed, (Action.PROOF_MAP_COMMIT,)),
    LogChecked: Judgement(_checked, (Action.PROOF_LOG_CHECK,)),
    LogRestored: Judgement(_restored, (Action.LOG_RESTORE,)),
    SigningRequired: Judgement(_required, (Action.SIGNING_REQUIRE,)),
    LogoSet: Judgement(_logo_set, (Action.LOGO_SET,)),
    LogoWithdrawn: Judgement(_logo_withdrawn, (Action.LOGO_WITHDRAW,)),
    FileExpired: Judgement(_expired, (Action.FILE_EXPIRE,)),
    **dict.fromkeys(
        (
            *(AnimationWordsErased, ConventionWordsErased, StructureWordsErased, DossierWordsErased),
            *(ControlWordsErased, StrategyWordsErased, SchoolProjectWordsErased, ActionGroupWordsErased),
            RequestWordsErased,
            PublicationWordsErased,
        ),
        Judgement(_erased, (Action.PERSON_ERASE,)),
    ),
}
