"""Use cases of the national team's lists: the typology, the territories and the attestation's questions."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import ATTESTATION_FORM, TERRITORY, TYPOLOGY
from domain.kernel.errors import not_found
from domain.kernel.events import Event
from domain.kernel.identifiers import ATTESTATION_FORM_ID, TYPOLOGY_ID, territory_id
from domain.kernel.rights import Action, Belongings
from domain.kernel.validation import DeclaredDay, Label, LongText, TerritoryCode
from domain.typology import attestation_form as forms
from domain.typology import territory as territories
from domain.typology import typology as typologies
from domain.typology.codes import AnimationType, Code
from domain.typology.typology import SplitPart, TermAdded, TermKind, ThemeFamily, Typology
from domain.typology.wanted_changes import check_label_is_free, check_parts_take_something
from domain.typology.wanted_territories import check_clocks, check_is_a_department


class TermAdd(Command):
    action: ClassVar[Action] = Action.TERM_ADD

    kind: TermKind
    code: Code
    label: Label
    description: LongText | None = None
    #: For themes; DIGITAL_PARENTING by default.
    family: ThemeFamily | None = None
    admits_children: bool = False


class _TermChange(ChangeCommand):
    """The expected version is that of the whole typology."""

    kind: TermKind


class TermRename(_TermChange):
    action: ClassVar[Action] = Action.TERM_RENAME

    code: Code
    label: Label
    since: DeclaredDay | None = None


class TermMerge(_TermChange):
    """`source` is merged into `into`, of the same kind."""

    action: ClassVar[Action] = Action.TERM_MERGE

    source: Code
    into: Code
    since: DeclaredDay | None = None


class Part(BaseModel):
    """One part of a split: see `domain.typology.typology.SplitPart`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    into: Code
    animation_types: Annotated[tuple[AnimationType, ...], Field(max_length=20)] = ()
    starts_from: DeclaredDay | None = None
    starts_before: DeclaredDay | None = None


class TermSplit(_TermChange):
    action: ClassVar[Action] = Action.TERM_SPLIT

    code: Code
    parts: Annotated[tuple[Part, ...], Field(min_length=2, max_length=20)]
    since: DeclaredDay | None = None


class TermRetire(_TermChange):
    action: ClassVar[Action] = Action.TERM_RETIRE

    code: Code
    since: DeclaredDay | None = None


class TerritoryJoin(Command):
    action: ClassVar[Action] = Action.TERRITORY_JOIN

    code: TerritoryCode
    name: Label
    time_zone: Label
    runs_candidatures: bool = False


class TerritoryOpenCandidatures(ChangeCommand):
    action: ClassVar[Action] = Action.TERRITORY_OPEN_CANDIDATURES

    code: TerritoryCode


class AttestationFormWord(ChangeCommand):
    action: ClassVar[Action] = Action.ATTESTATION_FORM_WORD

    questions: Annotated[tuple[Label, ...], Field(max_length=20)]


def add(command: TermAdd, work: UnitOfWork) -> UUID:
    added = TermAdded(**command.model_dump(exclude={"idempotency_key"}) | {"family": _family(command)})
    state = _typology(work)
    facts = typologies.add(state, work.actor, added)
    check_label_is_free(state, command.kind, command.code, command.label)
    return _record(work, facts)


def _family(command: TermAdd) -> ThemeFamily | None:
    # The API's input has no family; most new themes are about parenting.
    default = ThemeFamily.DIGITAL_PARENTING if command.kind is TermKind.THEME else None
    return command.family or default


def rename(command: TermRename, work: UnitOfWork) -> UUID:
    state = _typology_to_change(work, command)
    facts = typologies.rename(state, work.actor, command.kind, command.code, command.label, command.since)
    check_label_is_free(state, command.kind, command.code, command.label)
    return _record(work, facts)


def merge(command: TermMerge, work: UnitOfWork) -> UUID:
    state = _typology_to_change(work, command)
    facts = typologies.merge(state, work.actor, command.kind, command.source, command.into, command.since)
    typologies.check_spared(state, command.kind, command.source, "from")
    return _record(work, facts)


def split(command: TermSplit, work: UnitOfWork) -> UUID:
    parts = [SplitPart(**part.model_dump()) for part in command.parts]
    state = _typology_to_change(work, command)
    facts = typologies.split(state, work.actor, command.kind, command.code, parts, command.since)
    typologies.check_spared(state, command.kind, command.code)
    check_parts_take_something(parts)
    return _record(work, facts)


def retire(command: TermRetire, work: UnitOfWork) -> UUID:
    state = _typology_to_change(work, command)
    facts = typologies.retire(state, work.actor, command.kind, command.code, command.since)
    typologies.check_spared(state, command.kind, command.code)
    return _record(work, facts)


def join(command: TerritoryJoin, work: UnitOfWork) -> UUID:
    stream = territory_id(command.code)
    values = command.model_dump(exclude={"idempotency_key"})
    facts = territories.join(work.find(TERRITORY, stream), work.actor, **values)
    check_is_a_department(command.code)
    check_clocks(command.code, command.time_zone)
    work.record(TERRITORY, stream, facts, Belongings(territories=frozenset([command.code])))
    return stream


def open_candidatures(command: TerritoryOpenCandidatures, work: UnitOfWork) -> UUID:
    stream = territory_id(command.code)
    state = work.find(TERRITORY, stream)
    if state is None:
        raise not_found(f"Territoire « {command.code} »", "code")
    work.expect(stream, command.expected_version)
    facts = territories.open_candidatures(state, work.actor)
    work.record(TERRITORY, stream, facts, Belongings(territories=frozenset([command.code])))
    return stream


def word(command: AttestationFormWord, work: UnitOfWork) -> UUID:
    state = work.find(ATTESTATION_FORM, ATTESTATION_FORM_ID) or forms.AttestationForm()
    work.expect(ATTESTATION_FORM_ID, command.expected_version)
    facts = forms.word(state, work.actor, command.questions)
    work.record(ATTESTATION_FORM, ATTESTATION_FORM_ID, facts, Belongings())
    return ATTESTATION_FORM_ID


def _typology(work: UnitOfWork) -> Typology:
    return work.find(TYPOLOGY, TYPOLOGY_ID) or Typology()


def _typology_to_change(work: UnitOfWork, command: _TermChange) -> Typology:
    state = _typology(work)
    work.expect(TYPOLOGY_ID, command.expected_version)
    return state


def _record(work: UnitOfWork, facts: list[Event]) -> UUID:
    work.record(TYPOLOGY, TYPOLOGY_ID, facts, Belongings())
    return TYPOLOGY_ID


USE_CASES = (
    (TermAdd, add),
    (TermRename, rename),
    (TermMerge, merge),
    (TermSplit, split),
    (TermRetire, retire),
    (TerritoryJoin, join),
    (TerritoryOpenCandidatures, open_candidatures),
    (AttestationFormWord, word),
)
