"""Executing commands: decide on the cached states, record if they are still current, else decide again.

- A refusal always rests on current states: if a cached state is outdated, the command is decided again.
- An idempotency key is recorded in the transaction of its events. The same key and content returns the first outcome;
  the same key with other content is a DUPLICATE. A refused command leaves no key, since nothing was recorded.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg_pool import ConnectionPool
from pydantic_core import PydanticSerializationError

from application.commanding.commands import Command, UseCases
from application.commanding.per_stream_lock import Turns
from application.commanding.pseudonyms_and_links import Keyed
from application.commanding.unit_of_work import StateCache, UnitOfWork
from application.signatures.acts import Act
from application.signatures.signing import Signing, act_of
from domain.catalogue import PASSKEYS, SIGNING_RULE
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, broken, invalid, refuse
from domain.kernel.events import Event
from domain.kernel.identifiers import SIGNING_RULE_ID, passkeys_id
from domain.kernel.rights import Action
from domain.passkeys.passkeys import Passkeys
from domain.proof.signing_rule import REQUIRABLE_ACTIONS, SigningRule
from eventstore.appender import Appender
from eventstore.authenticators import Row
from eventstore.leasing.leases import held_lease
from eventstore.log import head, read_stream, read_topics, state_after
from eventstore.recorder import CommandRecorder
from eventstore.recording.batches import Decided, Earlier, Idempotency, Outcome, Verdict
from eventstore.records import Recorded, Stamp, encode, holds_nul
from eventstore.sessions.log_memory import LogMemory
from eventstore.unavailable import Unavailable, is_connection_lost, is_unavailable
from eventstore.vault import PersonErased, Vault

log = logging.getLogger(__name__)

#: How often a command decides again after a concurrent change before it fails with CONFLICT.
MOST_ATTEMPTS = 20
_NO_TURN = nullcontext()
_TOO_MANY = "Trop de modifications simultanées : réessayez."

Pool = ConnectionPool[Connection[Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CommandBus:
    """Thread-safe: commands of different threads are committed in groups."""

    use_cases: UseCases
    recorder: CommandRecorder
    appender: Appender
    pool: Pool
    vault: Vault
    cache: StateCache
    keyed: Keyed
    turns: Turns
    signing: Signing
    memory: LogMemory

    def execute(self, command: Command, actor: Actor, now: datetime) -> Outcome:
        """Execute the command durably, or raise DomainError and record nothing.

        `now` is aware; events carry it as their time of recording. Raise an error of `is_unavailable` if the database
        does not answer in time: repeating the command with its idempotency key is always safe.
        """
        try:
            return self._execute(command, actor, now)
        except Unavailable:
            raise
        except Exception as fault:
            if not is_connection_lost(fault):
                raise
        # The connection was lost while reading, before recording; others in the pools may be dead too.
        self.pool.drain()
        self.recorder.datastore.pool.drain()
        return self._execute(command, actor, now)

    def _execute(self, command: Command, actor: Actor, now: datetime) -> Outcome:
        self.memory.raise_fault()
        idempotency = self._idempotency(command, actor)
        turn = command.turn
        with self.turns.take(turn) if turn else _NO_TURN:
            try:
                return self._decide(command, actor, now, idempotency)
            except DomainError:
                # The refusal may come from its own first execution. Recorded commands look the key up by themselves.
                if idempotency and (earlier := self.recorder.earlier_outcome(idempotency.key)):
                    return _repeated(earlier, idempotency)
                raise

    def rehearse(self, command: Command, actor: Actor, now: datetime) -> list[Recorded]:
        """Return what `execute` would record now, or raise the refusal that it would raise. Record nothing.

        A command that was carried out before records nothing more.
        """
        idempotency = self._idempotency(command, actor)
        if idempotency and self.recorder.earlier_outcome(idempotency.key):
            return []
        for _ in range(MOST_ATTEMPTS):
            work = self._unit_of_work(command, actor, now)
            try:
                work.decide(partial(self.use_cases[type(command)], command))
                return work.recorded
            except DomainError:
                if not work.catch_up():
                    raise
        raise refuse(ErrorCode.CONFLICT, _TOO_MANY)

    def consult(self, question: Callable[[UnitOfWork], T], action: Action, actor: Actor, now: datetime) -> T:
        """Return what the question answers on current states, or raise its refusal. Record nothing."""
        for _ in range(MOST_ATTEMPTS):
            work = UnitOfWork(actor, now, uuid4(), action, self._read_stream, self._read_topics, self.cache, self.keyed)
            try:
                answer = question(work)
            except DomainError:
                if not work.catch_up():
                    raise
            else:
                if not work.catch_up():
                    return answer
        raise refuse(ErrorCode.CONFLICT, _TOO_MANY)

    def act(self, command: Command, actor: Actor, now: datetime, expires_at: datetime) -> Act:
        """Return what the actor signs of the command, as it would be recorded now. Raises its refusal, if any."""
        for _ in range(MOST_ATTEMPTS):
            work = self._unit_of_work(command, actor, now, is_signed=True)
            try:
                work.decide(partial(self.use_cases[type(command)], command))
                return act_of(command.action, actor, expires_at, work.recorded)
            except DomainError:
                if not work.catch_up():
                    raise
        raise refuse(ErrorCode.CONFLICT, _TOO_MANY)

    def _decide(self, command: Command, actor: Actor, now: datetime, idempotency: Idempotency | None) -> Outcome:
        for _ in range(MOST_ATTEMPTS):
            work = self._unit_of_work(command, actor, now)
            try:
                passkeys = self._passkeys(command, work)
                subject_id = work.decide(partial(self.use_cases[type(command)], command))
                self._sign(command, work, passkeys)
            except DomainError:
                if not work.catch_up():
                    raise
                continue
            if not work.recorded and command.may_change_nothing:
                if work.catch_up():
                    continue
                if idempotency and (earlier := self.recorder.earlier_outcome(idempotency.key)):
                    return _repeated(earlier, idempotency)
                return Outcome(subject_id, self._head())
            verdict = self._append(subject_id, work, idempotency)
            match verdict:
                case Outcome():
                    work.remember()
                    log.info("command recorded", extra={"command": command.action, "position": verdict.position})
                    return verdict
                case Earlier():
                    assert idempotency is not None
                    return _repeated(verdict, idempotency)
                case _:
                    self.cache.drop(verdict.streams)
        raise refuse(ErrorCode.CONFLICT, _TOO_MANY)

    def _sign(self, command: Command, work: UnitOfWork, passkeys: Passkeys | None) -> None:
        """Put the actor's signature in what was decided. Raises DomainError for a bad one, or if it must have one."""
        if command.signature is None:
            self.signing.check_unsigned(command.action, work.actor, self._signing_rule(command.action, work))
        else:
            signing = (command.action, work.actor, work.now, work.recorded, passkeys, command.signature)
            work.recorded = self.signing.sign(*signing)

    def _signing_rule(self, action: Action, work: UnitOfWork) -> SigningRule | None:
        """Return who has to sign, by the log. It is read in the unit of work: no act slips in beside the rule."""
        return work.find(SIGNING_RULE, SIGNING_RULE_ID) if action in REQUIRABLE_ACTIONS else None

    def who_signs(self) -> SigningRule:
        """Return who has to sign, by the log as it is now."""
        record = self._read_stream(SIGNING_RULE_ID, 0)
        return state_after(SIGNING_RULE, record) or SigningRule()

    def _passkeys(self, command: Command, work: UnitOfWork) -> Passkeys | None:
        """Return the actor's passkeys as they are before the command: none vouches for itself.

        They are read in the unit of work: one that is revoked meanwhile does not sign.
        """
        person = work.actor.person
        return None if command.signature is None or person is None else work.find(PASSKEYS, passkeys_id(person))

    def _unit_of_work(self, command: Command, actor: Actor, now: datetime, *, is_signed: bool = False) -> UnitOfWork:
        readers = (self._read_stream, self._read_topics)
        is_signed = is_signed or command.signature is not None
        return UnitOfWork(actor, now, uuid4(), command.action, *readers, self.cache, self.keyed, is_signed)

    def _read_stream(self, stream: UUID, after_version: int) -> list[Recorded]:
        with self.pool.connection() as conn:
            # Commands compare and copy free text, but never need personal data.
            return self.vault.open(conn, read_stream(conn, stream, after_version), of_persons=False)

    def _read_topics(self, topics: Sequence[str]) -> tuple[int, list[Recorded]]:
        with self.pool.connection() as conn:
            until = head(conn)
            return until, read_topics(conn, topics, until)

    def _head(self) -> int:
        with self.pool.connection() as conn:
            return head(conn)

    def _append(self, subject_id: UUID, work: UnitOfWork, idempotency: Idempotency | None) -> Verdict:
        assert work.recorded, "a use case that decides nothing must refuse"
        decided = Decided(subject_id, self._stored(work.recorded), work.reads, idempotency)
        lease = held_lease()
        return self.appender.append(decided) if lease is None else self.recorder.record([decided], lease)[0]

    def _stored(self, records: list[Recorded]) -> list[Row]:
        return [
            (record.originator_id, record.originator_version, record.event.topic, _encoded(record.event, record.stamp))
            for record in self._sealed(records)
        ]

    def _sealed(self, records: list[Recorded]) -> list[Recorded]:
        personal = [record for record in records if record.event.personal_fields]
        if not personal:
            return records
        for record in personal:
            # Check before sealing: read models store these texts in clear.
            _encoded(record.event, record.stamp)
        try:
            with self.pool.connection() as conn:
                return self.vault.seal(conn, records)
        except PersonErased:
            raise broken("Les données de cette personne ont été effacées : rien ne peut plus être écrit.") from None
        except Exception as fault:
            if is_unavailable(fault):
                self.recorder.note_failure()
            raise

    def _idempotency(self, command: Command, actor: Actor) -> Idempotency | None:
        if command.idempotency_key is None:
            return None
        content = f"{actor.role}:{actor.name}:{command.action}:{command.model_dump_json()}"
        digest = hmac.new(self.keyed.digest_key, content.encode(errors="surrogatepass"), sha256).digest()
        return Idempotency(command.idempotency_key, digest)


def _encoded(event: Event, stamp: Stamp) -> bytes:
    """Return the event's JSON. Raise INVALID if it holds a character that PostgreSQL cannot store."""
    try:
        clear = encode(event, stamp)
    except (PydanticSerializationError, UnicodeError):
        raise invalid("Un texte contient un caractère qui n'est pas de l'Unicode.") from None
    if holds_nul(clear):
        raise invalid("Un texte contient un caractère nul (U+0000), qui ne peut pas être enregistré.")
    return clear


def _repeated(earlier: Earlier, idempotency: Idempotency) -> Outcome:
    if not hmac.compare_digest(earlier.content_digest, idempotency.content_digest):
        raise refuse(
            ErrorCode.DUPLICATE,
            "Cette clé d'idempotence a déjà servi pour un autre contenu.",
            "idempotency_key",
        )
    return earlier.outcome


def open_bus(
    use_cases: UseCases, recorder: CommandRecorder, pool: Pool, vault: Vault, signing: Signing, memory: LogMemory
) -> CommandBus:
    appender, cache = Appender(recorder.record), StateCache()
    recorder.memory = memory
    # Another server may answer, whose log does not hold all that these rest on.
    memory.on_change += [cache.clear, recorder.forget]
    return CommandBus(use_cases, recorder, appender, pool, vault, cache, Keyed(vault, pool), Turns(), signing, memory)


Execute = Callable[[Command, Actor, datetime], Outcome]
