"""Carrying out a mutation: the command made from what was said, executed, and its effect waited for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import anyio
from anyio import to_thread
from anyio.lowlevel import RunVar
from graphql import GraphQLError

from api.core.answers import NOT_REACHED, Refused, unavailable
from api.core.context import Context
from api.core.payloads import UserError, user_errors
from api.core.shared_places import SharedPlaces
from api.core.text_lengths import too_long
from application.commanding.commands import Command
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError
from domain.kernel.validation import validated
from eventstore.log import head
from eventstore.unavailable import Unavailable, is_unavailable

#: Commands of one process that are in the database at the same time: they are committed in groups. The last quarter is
#: for clients who hold few.
MOST_COMMANDS_AT_ONCE, _KEPT = 32, 8

T = TypeVar("T")
#: Reads the thing that a mutation was about; None when the asker may not see it.
Load = Callable[[Context, UUID], Awaitable[T | None]]

_limiter: RunVar[anyio.CapacityLimiter] = RunVar("commands")
_places: RunVar[SharedPlaces] = RunVar("places of commands")

_REPEAT = "réessayez dans quelques secondes ; avec la même idempotencyKey, rien ne sera fait deux fois."
_NOT_DONE = f"La base de données ne répond pas et rien n'a été enregistré : {_REPEAT}"
_MAYBE_DONE = f"La base de données n'a pas confirmé l'enregistrement, qui a peut-être eu lieu : {_REPEAT}"


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a command. `visible`: the read models have reached its position, so its effect can be read."""

    subject_id: UUID | None = None
    position: int | None = None
    visible: bool = False
    errors: tuple[UserError, ...] = ()


async def carry_out(context: Context, command_class: type[Command], values: Mapping[str, Any]) -> Carried:
    """Executes the command made from `values`. Expected refusals are in the result; anything else is raised."""

    def execute() -> tuple[UUID, int]:
        # Validated in the thread too: a long text costs time that belongs to other requests.
        command = made(command_class, values)
        outcome = context.services.application.execute(command, context.actor, context.now)
        return outcome.subject_id, outcome.position

    return await settle(context, execute)


def made(command_class: type[Command], values: Mapping[str, Any]) -> Command:
    """The command made from `values`. Raises DomainError (INVALID) for each field that is wrong, or longer than any."""
    if problems := too_long(values):
        raise DomainError(problems)
    return validated(command_class, values)


async def settle(context: Context, execute: Callable[[], tuple[UUID | None, int]]) -> Carried:
    """Runs `execute` in a thread, and waits within bounds until its effect, at the position it returns, can be read."""
    try:
        subject_id, position = await in_turn(context, execute)
    except DomainError as refusal:
        return refusal_of(context, refusal)
    services = context.services
    visible = await services.waiter.wait(position, services.wait_seconds)
    # What was read before the mutation, by an earlier one of the same document, is of the past.
    await context.refresh()
    if visible:
        context.at_least = max(context.at_least, position)
    return Carried(subject_id, position, visible)


async def in_turn(context: Context, command: Callable[[], T]) -> T:
    """What `command` returns, run in a thread as soon as the asker has a place. Raises what it raises, and UNAVAILABLE
    where the database does not answer.
    """
    try:
        async with _shared().one(client_of(context)):
            return await to_thread.run_sync(command, limiter=_commands())
    except DomainError:
        raise
    except Exception as fault:
        if not is_unavailable(fault):
            raise
        away = unavailable(fault, _MAYBE_DONE if isinstance(fault, Unavailable) and fault.maybe_recorded else _NOT_DONE)
        raise GraphQLError(away.message, extensions=away.extensions) from fault


def refusal_of(context: Context, refusal: DomainError) -> Carried:
    signed_in = context.actor.role is not Role.PUBLIC
    return Carried(errors=tuple(user_errors(refusal.problems, signed_in)))


async def catch_up(context: Context) -> bool:
    """Lets what is read from now on hold all that was recorded before this mutation. False when that takes too long."""
    services = context.services

    def recorded() -> int:
        with services.application.pool.connection() as conn:
            return head(conn)

    position = await to_thread.run_sync(recorded)
    reached = await services.waiter.wait(position, services.wait_seconds)
    await context.refresh()
    if reached:
        context.at_least = max(context.at_least, position)
    return reached


async def reload_after(context: Context, carried: Carried, load: Load[T]) -> T | None:
    """The thing as it reads now; None after errors, or when the read models have not got there in time."""
    if carried.subject_id is None or not carried.visible:
        return None
    try:
        return await load(context, carried.subject_id)
    except Refused as refused:
        if refused.extensions["code"] != NOT_REACHED:
            raise
        # What was heard of the read models does not hold any more: that it was recorded does.
        return None


def client_of(context: Context) -> str:
    """Who shares places with nobody else: whoever signed in, else whoever asks from that address."""
    actor = context.actor
    return f"public {context.client}" if actor.role is Role.PUBLIC else f"{actor.role} {actor.subject or actor.name}"


def _shared() -> SharedPlaces:
    try:
        return _places.get()
    except LookupError:
        places = SharedPlaces(MOST_COMMANDS_AT_ONCE, _KEPT, _KEPT)
        _places.set(places)
        return places


def _commands() -> anyio.CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(MOST_COMMANDS_AT_ONCE)
        _limiter.set(limiter)
        return limiter
