"""The judge of rights: commands, `allowedActions` and the read side all ask `may`, which asks the table of actions."""

from __future__ import annotations

from domain.kernel.actions import RIGHTS as RIGHTS
from domain.kernel.actions import Action as Action
from domain.kernel.actors import ROLE_NAMES, Actor, Role
from domain.kernel.errors import DomainError, forbidden
from domain.kernel.scopes import BOUNDS, REACHES
from domain.kernel.scopes import Belongings as Belongings
from domain.kernel.scopes import Scope as Scope


def reaches_own(action: Action) -> bool:
    """Return whether people may take the action on their own things, whatever their role."""
    return RIGHTS[action].get(Role.PARENT) is Scope.OWN_PERSON


def scope_of(actor: Actor, action: Action) -> Scope | None:
    """Return the actor's reach for the action, or None. Their further roles add to it."""
    row = RIGHTS[action]
    beside = {row.get(role) for role in actor.also}
    if Scope.ANYWHERE in beside or (Scope.ACCEPTED in beside and actor.accepted):
        return Scope.ANYWHERE
    scope = row.get(actor.role)
    # Every role reaches its own things by id; only parents may list theirs.
    return None if scope is Scope.OWN_PERSON and not actor.is_a(Role.PARENT) else scope


def may(actor: Actor, action: Action, belongings: Belongings) -> bool:
    """Return whether the actor may take the action on a thing with these belongings."""
    if actor.role in RIGHTS[action] and reaches_own(action) and REACHES[Scope.OWN_PERSON](actor, belongings):
        return True
    scope = scope_of(actor, action)
    return scope is not None and REACHES[scope](actor, belongings)


def authorize(actor: Actor, action: Action, belongings: Belongings) -> None:
    """Raise FORBIDDEN unless the actor may take the action, in the same words whatever it was to be taken on."""
    if not may(actor, action, belongings):
        raise out_of_reach(actor, action)


def out_of_reach(actor: Actor, action: Action) -> DomainError:
    """Return the refusal that names its cause: it follows from who asks for what, never from what there is."""
    row = RIGHTS[action]
    scope = row.get(actor.role)
    if scope is not None and scope in BOUNDS:
        return forbidden(BOUNDS[scope])
    others = [ROLE_NAMES[role] for role in row if role not in (Role.PUBLIC, Role.SYSTEM)]
    return forbidden(f"Elle revient à : {', '.join(others)}." if others else "")
