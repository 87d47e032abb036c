"""Carry out mutations: build the command, execute it, and wait until its effect can be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import anyio
from anyio import to_thread
from graphql import GraphQLError

from api.core.answers import NOT_REACHED, Refused, unavailable
from api.core.commanding.payloads import UserError, user_errors
from api.core.commanding.shared_places import SharedPlaces
from api.core.commanding.text_lengths import shortened, too_long, validated_with_lengths
from api.core.context import Context
from api.core.per_loop import PerLoop
from application.commanding.commands import Command
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError, Problem
from domain.kernel.rights import may_ever, out_of_reach
from domain.kernel.validation import validated
from eventstore.log import head
from eventstore.unavailable import Unavailable, is_unavailable

#: Commands of a process that use the database at a time (they are committed in groups). The last quarter is reserved
#: for clients with few commands.
MOST_COMMANDS_AT_ONCE, _RESERVED = 32, 8

T = TypeVar("T")
#: Load the object of a mutation; None if the asker may not read it.
Load = Callable[[Context, UUID], Awaitable[T | None]]

_commands = PerLoop("commands", lambda: anyio.CapacityLimiter(MOST_COMMANDS_AT_ONCE))
_shared = PerLoop("places of commands", lambda: SharedPlaces(MOST_COMMANDS_AT_ONCE, _RESERVED, _RESERVED))

_REPEAT = "réessayez dans quelques secondes ; avec la même clé, rien ne sera fait deux fois."
_NOT_DONE = f"La base de données ne répond pas et rien n'a été enregistré : {_REPEAT}"
_MAYBE_DONE = f"La base de données n'a pas confirmé l'enregistrement, qui a peut-être eu lieu : {_REPEAT}"


@dataclass(frozen=True, slots=True)
class Carried:
    """The outcome of a command. `visible`: the read models have reached its position, so its effect can be read."""

    subject_id: UUID | None = None
    position: int | None = None
    visible: bool = False
    errors: tuple[UserError, ...] = ()


async def carry_out(context: Context, command_class: type[Command], values: Mapping[str, Any]) -> Carried:
    """Execute the command made from `values`. Expected refusals are in the result; other errors are raised."""

    def execute() -> tuple[UUID, int]:
        # Validate in the thread, too: a long text would delay other requests.
        try:
            command = build_command(context.actor, command_class, values)
        except DomainError as refusal:
            raise DomainError(_every_problem(context, command_class, values, refusal)) from None
        outcome = context.services.application.execute(command, context.actor, context.now)
        return outcome.subject_id, outcome.position

    return await settle(context, execute)


def _every_problem(
    context: Context, command_class: type[Command], values: Mapping[str, Any], refusal: DomainError
) -> list[Problem]:
    """Return what was refused with what rules would refuse besides.

    Texts that are named by rules with the limit of their own field are not named with that of any text.
    """
    if not (long := {problem.field for problem in too_long(values)}):
        return [*refusal.problems, *_further_problems(context, command_class, values, refusal)]
    further: tuple[Problem, ...] = ()
    try:
        command = validated(command_class, {name: shortened(value) for name, value in values.items()})
        context.services.application.rehearse(command, context.actor, context.now)
    except DomainError as refused:
        further = refused.problems
    named = {problem.field for problem in further}
    # Rules name a changed field without the argument that holds the changes.
    kept = (each for each in refusal.problems if each.field not in named)
    return [*(each for each in kept if each.field not in long or each.field[1:] not in named), *further]


def _further_problems(
    context: Context, command_class: type[Command], values: Mapping[str, Any], refusal: DomainError
) -> list[Problem]:
    """Return what rules would refuse in the fields that are well formed, so that all is named in one answer."""
    wrong = {problem.field[0] for problem in refusal.problems if problem.field}
    if not wrong or not wrong <= command_class.stand_ins.keys():
        return []
    try:
        command = validated(command_class, {**values, **{name: command_class.stand_ins[name] for name in wrong}})
        context.services.application.rehearse(command, context.actor, context.now)
    except DomainError as further:
        return [problem for problem in further.problems if problem.field and problem.field[0] not in wrong]
    return []


def build_command(actor: Actor, command_class: type[Command], values: Mapping[str, Any]) -> Command:
    """Build the command from `values`.

    Raises DomainError: FORBIDDEN for whoever may never do it, else INVALID for every invalid or too long field.
    """
    # A link is a right of its own.
    if "link" not in command_class.model_fields and not may_ever(actor, command_class.action):
        raise out_of_reach(actor, command_class.action)
    return validated_with_lengths(command_class, values)


async def settle(context: Context, execute: Callable[[], tuple[UUID | None, int]]) -> Carried:
    """Run `execute` in a thread, then wait, within bounds, until the position that it returns can be read."""
    try:
        subject_id, position = await in_turn(context, execute)
    except DomainError as refusal:
        return refusal_of(context, refusal)
    services = context.services
    visible = await services.waiter.wait(position, services.wait_seconds)
    # Earlier mutations of the document may have read an older snapshot.
    await context.refresh()
    context.note_write(position)
    if visible:
        context.snapshots.at_least = max(context.snapshots.at_least, position)
    return Carried(subject_id, position, visible)


async def in_turn(context: Context, command: Callable[[], T]) -> T:
    """Run `command` in a thread once the asker has a place, and return its result.

    Raises what it raises, and UNAVAILABLE if the database does not answer.
    """
    try:
        async with _shared().place(client_of(context)):
            result = await to_thread.run_sync(command, limiter=_commands())
            context.note_write()
            return result
    except DomainError:
        raise
    except Exception as error:
        if not is_unavailable(error):
            raise
        away = unavailable(error, _MAYBE_DONE if isinstance(error, Unavailable) and error.maybe_recorded else _NOT_DONE)
        raise GraphQLError(away.message, extensions=away.extensions) from error


def refusal_of(context: Context, refusal: DomainError) -> Carried:
    signed_in = context.actor.role is not Role.PUBLIC
    return Carried(errors=tuple(user_errors(refusal.problems, signed_in)))


async def catch_up(context: Context) -> bool:
    """Make everything recorded before this mutation readable. Return False if that takes too long."""
    services = context.services

    def recorded() -> int:
        with services.application.pool.connection() as conn:
            return head(conn)

    position = await to_thread.run_sync(recorded)
    reached = await services.waiter.wait(position, services.wait_seconds)
    await context.refresh()
    if reached:
        context.snapshots.at_least = max(context.snapshots.at_least, position)
    return reached


async def reload_after(context: Context, carried: Carried, load: Load[T]) -> T | None:
    """Reload the object after a mutation; None after errors, or if the read models do not catch up in time."""
    if carried.subject_id is None or not carried.visible:
        return None
    try:
        return await load(context, carried.subject_id)
    except Refused as refused:
        if refused.extensions["code"] != NOT_REACHED:
            raise
        # The read models are behind what was announced; the command is recorded nonetheless.
        return None


def client_of(context: Context) -> str:
    """Identify who shares places: the signed-in person, or else the address."""
    actor = context.actor
    return f"public {context.client}" if actor.role is Role.PUBLIC else f"{actor.role} {actor.subject or actor.name}"
