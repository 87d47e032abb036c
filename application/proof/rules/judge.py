"""The judge: takes stored events in the order of the log and names those that no honest system would have recorded.

Each command is decided again by the domain, on the states that the events before it lead to, with the inputs that its
events hold. What is decided has to be what is recorded: the same events, in the same order, of the same streams.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from application.proof.rules.cases import Case, Decision
from application.proof.rules.findings import Finding, differences, refusal
from application.proof.rules.judgements import ALONE, FREE, JUDGEMENTS
from application.proof.rules.paying import PayingCommands
from application.proof.rules.persons import mandate_reasons, newer_rules, note_speaker
from application.proof.rules.releases import Releases
from application.proof.rules.scene import Scene, Untold
from application.proof.rules.words import put_stand_ins
from domain import catalogue
from domain.animations.animation import Animation
from domain.animations.events import AnimationCreated
from domain.catalogue import AggregateKind
from domain.conventions.convention import Convention
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError
from domain.kernel.events import Event, WordsErased
from domain.kernel.rights import Belongings
from domain.service_dossiers.events import DossierOpened
from domain.service_dossiers.service_dossier import ServiceDossier
from eventstore.records import Recorded, Stamp

#: One for each first part of a topic; the states of what it records about itself are looked at by nobody else.
KINDS = {kind.name: kind for kind in vars(catalogue).values() if isinstance(kind, AggregateKind)} | {
    catalogue.COMMITTED_MAP.name: catalogue.COMMITTED_MAP
}

#: A command waits its turn for as long, and clocks of several servers differ.
CLOCKS_DIFFER_BY = timedelta(minutes=5)
_IMPOSSIBLE = (AssertionError, KeyError, TypeError, ValueError, ArithmeticError, AttributeError)


@dataclass(frozen=True, slots=True)
class _Expected:
    """An event that has to come next in the same command."""

    stream: UUID
    event: Event
    belongings: Belongings
    cause: str


@dataclass(slots=True)
class _Command:
    """The command whose events are being taken."""

    stamp: Stamp
    actor: Actor
    expected: deque[_Expected] = field(default_factory=deque)
    #: The event that the next ones are expected after.
    after: Recorded | None = None
    #: Causes whose consequences are unknown, since the events themselves were refused.
    refused: set[str] = field(default_factory=set)


class Judge:
    """Judges events one after another. `held`: the streams that the events are of, all of them whole; None: the log."""

    def __init__(self, held: frozenset[UUID] | None = None) -> None:
        self.scene = Scene(held)
        self._command: _Command | None = None
        self._releases = Releases()
        self._paying = PayingCommands()
        self._clocks: dict[UUID, datetime] = {}

    def take(self, record: Recorded, schema_version: int) -> Iterator[Finding]:
        """Yield what is wrong with the next event, and with the command before it if that is not complete.

        The event is taken over: stand-ins are put in it.
        """
        command = self._command
        if command is None or command.stamp.command_id != record.stamp.command_id:
            yield from self.end()
            command = self._command = _Command(record.stamp, _actor(record.stamp))
        put_stand_ins(record.event)
        case = Case(self.scene, record, command.actor, schema_version)
        repeated = self._paying.reasons(record.stamp)
        reasons = [*self._reasons(case, command), *self._releases.reasons(case), *repeated, *mandate_reasons(case)]
        for reason in reasons:
            yield Finding.about(record, reason)
        for reason in () if reasons else chain(newer_rules(case), _by_todays_rules(case)):
            yield Finding.about(record, reason, warning=True)
        self._fold(case)
        note_speaker(case)

    def skip(self, stream: UUID, version: int) -> None:
        """Pass over an event that cannot be read; what follows in its stream is judged on the state before it."""
        self.scene.versions[stream] = version

    def end(self) -> Iterator[Finding]:
        """Yield what is missing of the last command."""
        command, self._command = self._command, None
        if command is not None:
            yield from self._missing(command)

    def _missing(self, command: _Command) -> Iterator[Finding]:
        while command.expected:
            missing = command.expected.popleft()
            if self.scene.holds(missing.stream) and command.after is not None:
                reason = f"{missing.event.topic} of {missing.stream} has to follow right after it, and does not"
                yield Finding.about(command.after, reason)

    def _reasons(self, case: Case, command: _Command) -> Iterator[str]:
        record, scene = case.record, self.scene
        stream = record.originator_id
        if (version := scene.version(stream) + 1) != record.originator_version:
            yield f"version {record.originator_version} of its stream, where {version} is next"
        stamp, first = record.stamp, command.stamp
        if (stamp.actor, stamp.role, stamp.recorded_at) != (first.actor, first.role, first.recorded_at):
            yield "another actor, role or time than the other events of its command"
        if stamp.signature != first.signature:
            yield "it is signed otherwise than the other events of its command, or not at all"
        yield from self._judged(case, command)
        yield from self._clock(record)

    def _judged(self, case: Case, command: _Command) -> Iterator[str]:
        record, topic = case.record, case.record.event.topic
        if topic.partition(".")[0] in FREE:
            return
        expected = self._next_expected(command, record)
        if expected is not None:
            yield from _unlike(record, expected.event, expected)
            return
        yield from (str(finding.reason) for finding in self._missing(command))
        if record.stamp.cause.startswith("event:"):
            yield from self._alone(case, command)
        else:
            yield from self._by_command(case, command)

    def _next_expected(self, command: _Command, record: Recorded) -> _Expected | None:
        waiting = command.expected
        while waiting and not self.scene.holds(waiting[0].stream):
            waiting.popleft()
        if waiting and waiting[0].stream == record.originator_id and waiting[0].event.topic == record.event.topic:
            return waiting.popleft()
        return None

    def _by_command(self, case: Case, command: _Command) -> Iterator[str]:
        record = case.record
        cause = record.stamp.cause
        command.after = record
        decision = _decided(case)
        if isinstance(decision, str):
            command.refused.add(_cause_of(record))
            yield decision
            return
        first, *further = decision.events
        expected = _Expected(record.originator_id, first, decision.belongings, cause)
        yield from _unlike(record, first, expected, decision.recorded)
        self._await(command, record, decision, further)

    def _await(self, command: _Command, record: Recorded, decision: Decision, further: list[Event]) -> None:
        if not further and not decision.consequences:
            return
        stream, cause = record.originator_id, record.stamp.cause
        command.expected.extend(_Expected(stream, event, decision.belongings, cause) for event in further)
        last = f"event:{(further or [record.event])[-1].topic}:{stream}:{record.originator_version + len(further)}"
        command.expected.extend(
            _Expected(consequence.stream, consequence.event, consequence.belongings, last)
            for consequence in decision.consequences
        )

    def _alone(self, case: Case, command: _Command) -> Iterator[str]:
        record = case.record
        if record.stamp.cause in command.refused:
            return
        judge = ALONE.get(type(record.event))
        if judge is not None:
            try:
                judge(case, record.event)
            except DomainError as error:
                yield refusal(error, record)
            except Untold as error:
                yield str(error)
        cause = _cause_stream(record.stamp.cause)
        if judge is None or cause is None or self.scene.holds(cause):
            yield f"nothing before it leads to it ({record.stamp.cause})"

    def _clock(self, record: Recorded) -> Iterator[str]:
        """Within a convention and all that rests on it, time does not run backwards."""
        owner = self._owner(self.scene.states.get(record.originator_id), record.originator_id)
        if owner is None and isinstance(record.event, AnimationCreated | DossierOpened):
            # It begins its stream, under a convention that has its own past.
            owner = record.event.convention_id
        if owner is None:
            return
        at, latest = record.stamp.recorded_at, self._clocks.get(owner)
        if latest is not None and at < latest - CLOCKS_DIFFER_BY:
            yield f"recorded at {at.isoformat()}, and the events before it at {latest.isoformat()}"

    def _owner(self, state: Any, stream: UUID) -> UUID | None:
        if isinstance(state, Animation | ServiceDossier):
            return state.convention_id
        return stream if isinstance(state, Convention) else None

    def _fold(self, case: Case) -> None:
        record, scene = case.record, self.scene
        stream, fact = record.originator_id, record.event
        scene.versions[stream] = record.originator_version
        kind = KINDS[fact.topic.partition(".")[0]]
        if kind.name in FREE or isinstance(fact, WordsErased):
            return
        before = scene.states.get(stream)
        territory, at = record.stamp.territory, record.stamp.recorded_at
        scene.certifications.take(record.position, stream, fact, territory or "", at)
        try:
            after = kind.fold_acts(before, stream, [(fact, record.stamp.doer)])
        except _IMPOSSIBLE:
            # Told already: it cannot follow from the events before it.
            return
        if before is not None and type(before) is not type(after):
            return
        scene.keep(stream, after, record.position)
        if (owner := self._owner(after, stream)) is not None:
            at, latest = record.stamp.recorded_at, self._clocks.get(owner)
            self._clocks[owner] = at if latest is None else max(at, latest)


def _decided(case: Case) -> Decision | str:
    """Return what the domain decides, or why it decides nothing."""
    record = case.record
    fact, cause = record.event, record.stamp.cause
    judgement = JUDGEMENTS.get(type(fact))
    if judgement is None:
        return f"no command records it by itself ({cause})"
    kind, _, action = cause.partition(":")
    if kind != "command" or action not in judgement.actions:
        return f"{cause} does not record {fact.topic}"
    try:
        return judgement.decide(case, fact)
    except DomainError as error:
        return refusal(error, record)
    except Untold as error:
        return str(error)
    except _IMPOSSIBLE as error:
        return f"it cannot follow from the events before it ({type(error).__name__}: {error})"


def _unlike(record: Recorded, decided: Event, expected: _Expected, recorded: Event | None = None) -> Iterator[str]:
    yield from differences(record.event if recorded is None else recorded, decided)
    stamp, belongings = record.stamp, expected.belongings
    if stamp.cause != expected.cause:
        yield f"its cause is {stamp.cause}, where {expected.cause} leads to it"
    if stamp.structure_id != belongings.structure_id:
        yield f"it is stamped for structure {stamp.structure_id}, where the thing is {belongings.structure_id}'s"
    (territory,) = belongings.territories or (None,)
    if stamp.territory != territory:
        yield f"it is stamped for territory {stamp.territory}, where the thing is territory {territory}'s"


def _by_todays_rules(case: Case) -> Iterator[str]:
    """Yield what rules say about an event that is older than they are."""
    fact = case.record.event
    current, judgement = type(fact).schema_version(), JUDGEMENTS.get(type(fact))
    if judgement is None or case.schema_version >= current or not case.record.stamp.cause.startswith("command:"):
        return
    try:
        judgement.decide(replace(case, schema_version=current), fact)
    except DomainError as error:
        words = " ".join(problem.message for problem in error.problems)
        yield f"a rule that is newer than the event (schema version {case.schema_version}): {words}"
    except (Untold, *_IMPOSSIBLE):
        # Told by the rules of its own version.
        return


def _actor(stamp: Stamp) -> Actor:
    """Return the actor, with the reach that the stamp gives them."""
    structures = frozenset([stamp.structure_id]) if stamp.structure_id else frozenset[UUID]()
    territories = frozenset([stamp.territory]) if stamp.territory else frozenset[str]()
    also = frozenset({Role.PARENT, Role.MEDIATEUR}) - {stamp.role, Role.PUBLIC, Role.SYSTEM}
    return Actor(stamp.role, stamp.actor, structures, territories, also=also, person=stamp.person)


def _cause_of(record: Recorded) -> str:
    return f"event:{record.event.topic}:{record.originator_id}:{record.originator_version}"


def _cause_stream(cause: str) -> UUID | None:
    try:
        return UUID(cause.split(":")[2])
    except (IndexError, ValueError):
        return None
