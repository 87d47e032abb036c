"""Let the log tell who has to sign: what the settings say, where that differs from what was recorded last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import SIGNING_RULE
from domain.kernel.actors import SYSTEM, Actor, Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.identifiers import SIGNING_RULE_ID
from domain.kernel.rights import Action, Belongings
from domain.proof import signing_rule
from domain.proof.signing_rule import MONEY_ACTIONS, REQUIRABLE_ACTIONS
from eventstore.recording.batches import Outcome

Execute = Callable[[Command, Actor, datetime], Outcome]


class SigningRequire(Command):
    """Sent by the service as it starts."""

    action: ClassVar[Action] = Action.SIGNING_REQUIRE

    roles: tuple[Role, ...] = Field((), max_length=len(Role))
    acts: tuple[Action, ...] = Field((), max_length=len(REQUIRABLE_ACTIONS))


def require(command: SigningRequire, work: UnitOfWork) -> UUID:
    state = work.find(SIGNING_RULE, SIGNING_RULE_ID)
    facts = signing_rule.require(state, command.roles, command.acts, work.actor)
    work.record(SIGNING_RULE, SIGNING_RULE_ID, facts, Belongings())
    return SIGNING_RULE_ID


def record_who_signs(
    execute: Execute, required_of: Iterable[Role], now: datetime, acts: Iterable[Action] = MONEY_ACTIONS
) -> bool:
    """Record whose acts must be signed, unless the log says so already. Return whether it did not."""
    roles = tuple(sorted(required_of))
    try:
        execute(SigningRequire(roles=roles, acts=tuple(sorted(acts)) if roles else ()), SYSTEM, now)
    except DomainError as refusal:
        if {problem.code for problem in refusal.problems} != {ErrorCode.RULE_BROKEN}:
            raise
        return False
    return True


USE_CASES = ((SigningRequire, require),)
