"""The judge of rights: commands, `allowedActions` and the read side all ask `may`, which asks the table of actions."""

from __future__ import annotations

from collections.abc import Mapping

from domain.kernel import actions
from domain.kernel.actions import Action as Action
from domain.kernel.actors import ROLE_NAMES, Actor, Role
from domain.kernel.departments import named_with_code
from domain.kernel.errors import DomainError, forbidden, invalid
from domain.kernel.scopes import BOUNDS, REACHES
from domain.kernel.scopes import Belongings as Belongings
from domain.kernel.scopes import Scope as Scope

ST, CO, NA, SY = Role.STRUCTURE, Role.COORDONNATEUR, Role.NATIONAL, Role.SYSTEM
DI, IN, HE, TE = Role.DIRECTOR, Role.INSPECTOR, Role.HEAD, Role.TEACHER
_ANY, _STRUCTURE, _TERRITORY, _SCHOOL = Scope.ANYWHERE, Scope.OWN_STRUCTURE, Scope.OWN_TERRITORY, Scope.OWN_SCHOOL
_OWN_EVENTS = {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY}

#: Every action with the roles that may take it and how far: rows as in `domain.kernel.actions`, with those that have no
#: room there.
RIGHTS: Mapping[Action, Mapping[Role, Scope]] = {
    **actions.RIGHTS,
    Action.ANIMATION_REQUEST: dict.fromkeys((DI, HE, TE), _SCHOOL),
    # A structure with a convention in the school's territory, which the decision looks for.
    Action.ANIMATION_REQUEST_TAKE_UP: {ST: _STRUCTURE},
    Action.ANIMATION_REQUEST_ANSWER: {ST: _STRUCTURE, SY: _ANY},
    Action.ANIMATION_REQUEST_GIVE_BACK: {ST: _STRUCTURE},
    Action.ANIMATION_REQUEST_DECLINE: {CO: _TERRITORY, NA: _ANY},
    Action.ANIMATION_REQUEST_WITHDRAW: {**dict.fromkeys((DI, HE, TE), _SCHOOL), NA: _ANY, SY: _ANY},
    Action.ANIMATION_REQUEST_LAPSE: {SY: _ANY},
    Action.ANIMATION_REQUEST_REOPEN: {SY: _ANY},
    # Beside what it has taken up, a structure's lists hold what is open in its territories.
    Action.ANIMATION_REQUEST_READ: {**dict.fromkeys((DI, IN, HE, TE), _SCHOOL), **_OWN_EVENTS},
    **{
        action: {**dict.fromkeys(actions.PERSONS, Scope.OWN_PERSON), CO: _TERRITORY}
        for action in (Action.CANDIDATURE_RECORD_ACCOMPANIMENT, Action.CANDIDATURE_CORRECT_ACCOMPANIMENT)
    },
    Action.ANIMATION_VOLUNTEERS_NAME: {ST: _STRUCTURE, CO: _TERRITORY},
    # By first name: of a structure's own animations, and of the territories that it works in.
    Action.VOLUNTEER_READ: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY},
    # Of a structure, of a territory, or of the nation. The system pauses one, and operators replay.
    **dict.fromkeys((Action.WEBHOOK_SUBSCRIBE, Action.WEBHOOK_SECRET_ROTATE), _OWN_EVENTS),
    **dict.fromkeys((Action.WEBHOOK_RESUME, Action.WEBHOOK_UNSUBSCRIBE, Action.WEBHOOK_READ), _OWN_EVENTS),
    **{action: {**_OWN_EVENTS, SY: _ANY} for action in (Action.WEBHOOK_PAUSE, Action.WEBHOOK_REPLAY)},
    # Structures propose; what is a territory's or the nation's is published by those who write it.
    Action.PUBLICATION_PROPOSE: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY},
    Action.PUBLICATION_MODIFY: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY},
    Action.PUBLICATION_PUBLISH: {CO: _TERRITORY, NA: _ANY},
    Action.PUBLICATION_REFUSE: {NA: _ANY},
    Action.PUBLICATION_WITHDRAW: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY, SY: _ANY},
    Action.PUBLICATION_FILE_ATTACH: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY},
    Action.PUBLICATION_FILE_WITHDRAW: {ST: _STRUCTURE, CO: _TERRITORY, NA: _ANY},
    **{action: {CO: _TERRITORY, NA: _ANY} for action in Action if action.startswith(("strategy", "actionGroup"))},
    Action.SCHOOL_PROJECT_RECORD: {DI: _SCHOOL, HE: _SCHOOL, CO: _TERRITORY},
}


#: Said of roles that may on some things only.
_WHOSE: Mapping[Action, str] = {
    Action.PUBLICATION_PUBLISH: "Elle revient à l'équipe nationale, ou au coordonnateur pour ce que son territoire"
    " propose.",
}
#: Actions of structures for themselves: the territories that they work in do not matter.
_OF_STRUCTURES = frozenset(action for action in Action if action.startswith("webhook")) | {Action.PUBLICATION_PROPOSE}


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


def may_ever(actor: Actor, action: Action) -> bool:
    """Return whether there is anything on which the actor may take the action."""
    return scope_of(actor, action) is not None or (actor.role in RIGHTS[action] and reaches_own(action))


def authorize(actor: Actor, action: Action, belongings: Belongings) -> None:
    """Raise FORBIDDEN unless the actor may take the action, in the same words whatever it was to be taken on."""
    if not may(actor, action, belongings):
        raise out_of_reach(actor, action)


def check_owner_is_named(actor: Actor, action: Action, *names: object) -> None:
    """Raise INVALID where none of `names` says which of their own the actor acts for, with what would be accepted.

    Who acts anywhere may name nobody; who may not at all is left to `authorize`.
    """
    if any(name is not None for name in names):
        return
    match scope_of(actor, action):
        case Scope.OWN_TERRITORY if actor.territories:
            which = "lequel des vôtres" if len(actor.territories) > 1 else "le vôtre"
            accepted = " ou ".join(map(named_with_code, sorted(actor.territories)))
            raise invalid(f"Territoire : indiquez {which}, {accepted}.", "territory")
        case Scope.OWN_STRUCTURE if actor.structures:
            which = "laquelle des vôtres" if len(actor.structures) > 1 else "la vôtre"
            raise invalid(f"Structure : indiquez {which}.", "structure_id")


def out_of_reach(actor: Actor, action: Action) -> DomainError:
    """Return the refusal that names its cause: it follows from who asks for what, never from what there is."""
    row = RIGHTS[action]
    scope = row.get(actor.role)
    others = [
        ROLE_NAMES[role]
        for role, reach in row.items()
        if role not in (Role.PUBLIC, Role.SYSTEM) and (scope is None or reach is not Scope.OWN_PERSON)
    ]
    if scope is Scope.OWN_PERSON and others:
        return forbidden(f"{BOUNDS[scope]} Sinon, elle revient à : {', '.join(others)}.")
    if scope is _TERRITORY and action in _OF_STRUCTURES:
        return forbidden(f"{BOUNDS[scope]} Ce qui est à une structure revient à la structure.")
    if scope is not None and scope in BOUNDS:
        return forbidden(BOUNDS[scope])
    if action in _WHOSE:
        return forbidden(_WHOSE[action])
    return forbidden(f"Elle revient à : {', '.join(others)}." if others else "")
