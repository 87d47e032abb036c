"""The strategy of a territory: its state, and the decisions that make its events (docs/guides/programme.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.departments import named_with_code
from domain.kernel.errors import ErrorCode, Problem, broken, invalid, raise_any, refuse
from domain.kernel.events import Event, without_words
from domain.kernel.identifiers import department_of_school
from domain.kernel.people import name_comparison_form
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import required_reason
from domain.strategies.events import (
    StrategyAdopted,
    StrategyDocumentAttached,
    StrategyDocumentWithdrawn,
    StrategySuperseded,
    StrategyValidated,
    StrategyWordsErased,
    StrategyWritten,
)
from domain.strategies.transitions import StrategyStatus, check

#: The programme is younger: earlier years are slips of the keyboard.
FIRST_YEAR = 2020
MOST_DOCUMENTS = 10


@dataclass(frozen=True, slots=True)
class Strategy:
    """One version of it. `validated` holds the day of each validation by the stakeholder's name."""

    id: UUID
    written: StrategyWritten
    status: StrategyStatus = StrategyStatus.WRITTEN
    validated: Mapping[str, date] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()

    @property
    def belongings(self) -> Belongings:
        return of_territory(self.written.territory)

    @property
    def awaited(self) -> list[str]:
        """Return the names of the stakeholders who have not validated it."""
        return [stakeholder.name for stakeholder in self.written.stakeholders if stakeholder.name not in self.validated]


def of_territory(territory: str) -> Belongings:
    return Belongings(territories=frozenset([territory]))


def evolve(state: Strategy | None, originator_id: UUID, fact: Event) -> Strategy:
    if isinstance(fact, StrategyWritten):
        return Strategy(originator_id, fact)
    if state is None:
        raise TypeError(f"not a strategy's first event: {fact!r}")
    match fact:
        case StrategyValidated():
            return replace(state, validated={**state.validated, fact.stakeholder: fact.validated_on})
        case StrategyAdopted():
            return replace(state, status=StrategyStatus.ADOPTED)
        case StrategySuperseded():
            return replace(state, status=StrategyStatus.SUPERSEDED)
        case StrategyDocumentAttached():
            return replace(state, documents=state.documents | {fact.sha256})
        case StrategyDocumentWithdrawn():
            return replace(state, documents=state.documents - {fact.sha256})
        case StrategyWordsErased():
            return replace(state, written=without_words(state.written, state.written.personal_marks))
    raise TypeError(f"not a strategy's event: {fact!r}")


def write(former: Strategy | None, fact: StrategyWritten, actor: Actor) -> list[Event]:
    """Write the version that follows `former`. The caller records on that version that it is superseded."""
    authorize(actor, Action.STRATEGY_WRITE, of_territory(fact.territory))
    assert fact.edition == (former.written.edition if former else 0) + 1
    raise_any(_problems(fact))
    if former is not None and _same_text(former.written, fact):
        raise refuse(ErrorCode.DUPLICATE, "Cette stratégie est déjà écrite ainsi : rien n'a changé.")
    return [fact]


def _same_text(former: StrategyWritten, fact: StrategyWritten) -> bool:
    return former == fact.model_copy(update={"edition": former.edition, "written_on": former.written_on})


def check_written(fact: StrategyWritten, today: date) -> None:
    """Raise INVALID for a text dated in the future, or from before the programme."""
    if fact.written_on is not None and fact.written_on > today:
        raise invalid("ce jour est à venir : indiquez celui où le texte a été arrêté.", "written_on")
    if fact.written_on is not None and fact.written_on.year < FIRST_YEAR:
        raise invalid(f"année attendue à partir de {FIRST_YEAR}.", "written_on")


def _problems(fact: StrategyWritten) -> Iterator[Problem]:
    earlier = dict[str, int]()
    for place, uai in enumerate(fact.target_schools):
        path = ("target_schools", str(place))
        if department_of_school(uai) != fact.territory:
            message = f"établissement du territoire {named_with_code(fact.territory)} attendu, « {uai} » n'en est pas."
            yield Problem(ErrorCode.INVALID, message, path)
        elif (line := earlier.setdefault(uai, place + 1)) != place + 1:
            yield Problem(
                ErrorCode.INVALID,
                f"l'établissement {uai} est déjà le {'1er' if line == 1 else f'{line}e'} de la liste.",
                path,
            )
    names = dict[str, int]()
    for place, stakeholder in enumerate(fact.stakeholders):
        form = name_comparison_form(stakeholder.name)
        if names.setdefault(form, place) != place:
            message = f"la partie prenante « {stakeholder.name} » est déjà dans la liste."
            yield Problem(ErrorCode.INVALID, message, ("stakeholders", str(place), "name"))


def supersede(former: Strategy, by: UUID) -> list[Event]:
    """Record that a later version takes its place, whether or not it was adopted."""
    return [StrategySuperseded(replaced_by=by)]


def validate(strategy: Strategy, stakeholder: str, on: date, today: date, actor: Actor) -> list[Event]:
    """Record a stakeholder's validation; the last one adopts the strategy."""
    check(Action.STRATEGY_VALIDATE, strategy.status, strategy.belongings, actor)
    names = {name_comparison_form(each.name): each.name for each in strategy.written.stakeholders}
    name = names.get(name_comparison_form(stakeholder))
    if name is None:
        expected = ", ".join(f"« {awaited} »" for awaited in strategy.awaited)
        raise invalid(f"partie prenante de cette version attendue : {expected}.", "stakeholder")
    if name in strategy.validated:
        raise broken(f"« {name} » a déjà validé cette version.", "stakeholder")
    if on > today:
        raise invalid("cette date est à venir : indiquez le jour où la validation a été donnée.", "on")
    written_on = strategy.written.written_on
    if written_on is not None and on < written_on:
        message = f"cette version est du {written_on:%d/%m/%Y} : indiquez ce jour, ou un jour d'après."
        raise invalid(message, "on")
    if not strategy.written.target_schools:
        raise broken("Cette version ne nomme aucun établissement cible : écrivez-en une qui en nomme.")
    facts: list[Event] = [StrategyValidated(stakeholder=name, validated_on=on)]
    if strategy.awaited == [name]:
        facts.append(StrategyAdopted(adopted_on=max([on, *strategy.validated.values()])))
    return facts


def attach_document(strategy: Strategy, fact: StrategyDocumentAttached, actor: Actor) -> list[Event]:
    check(Action.STRATEGY_DOCUMENT_ATTACH, strategy.status, strategy.belongings, actor)
    if fact.sha256 in strategy.documents:
        raise broken("Ce document est déjà joint.", "file")
    if len(strategy.documents) >= MOST_DOCUMENTS:
        raise broken(f"{MOST_DOCUMENTS} documents au plus sont joints à une stratégie.", "file")
    return [fact]


def withdraw_document(strategy: Strategy, sha256: str, reason: str, actor: Actor) -> list[Event]:
    check(Action.STRATEGY_DOCUMENT_WITHDRAW, strategy.status, strategy.belongings, actor)
    if sha256 not in strategy.documents:
        raise invalid("ce document n'est pas joint à la stratégie.", "sha256")
    return [StrategyDocumentWithdrawn(sha256=sha256, reason=required_reason(reason))]
