"""How a convention changes: it is amended, or ends early."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.conventions.convention import (
    AMENDABLE,
    Convention,
    ConventionAmended,
    ConventionTerminated,
    agreed_already,
    check_period,
    evolve,
)
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, check_all, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize
from domain.kernel.validation import required_reason, validated


@dataclass(frozen=True, slots=True)
class Attested:
    """An attested animation of the convention whose service is not certified."""

    id: UUID
    title: str
    held_on: date


@dataclass(frozen=True, slots=True)
class Amendment:
    """New terms: `changes` holds values by field name, a subset of `AMENDABLE`.

    A new rate holds from `effective_from` on, by default from the day of the amendment; the first rate of a convention
    that had none, from its first day. A day of the past takes a reason.
    """

    changes: Mapping[str, object]
    effective_from: date | None = None
    reason: str | None = None


def amend(
    state: Convention,
    actor: Actor,
    amendment: Amendment,
    today: date,
    attested: Iterable[Attested] = (),
    accept_uncovered: bool = False,
    others: Iterable[Convention] = (),
) -> list[Event]:
    """Amend the convention. `today` is the day in the territory; `others` are those that the structure has."""
    authorize(actor, Action.CONVENTION_AMEND, state.belongings)
    changes, effective_from, reason = amendment.changes, amendment.effective_from, amendment.reason
    _check_in_force(state)
    old = {name: getattr(state, name) for name in AMENDABLE}
    new = {**old, **changes}
    changed = [name for name in AMENDABLE if new[name] != old[name]]
    if effective_from is not None:
        changed = _with_rate(state, changed, new["rate_per_animation"], effective_from)
        if effective_from < today and reason is None:
            message = f"Un tarif qui vaut dès le {effective_from:%d/%m/%Y}, jour passé, demande un motif."
            raise broken(message, "reason")
    elif "rate_per_animation" in changed and any(agreed.rate is not None for agreed in state.rates):
        effective_from = today
    if not changed:
        raise broken("Rien ne change : indiquez au moins une condition nouvelle.")
    check_all(
        lambda: _check_new_period(new["valid_from"], new["valid_until"]),
        lambda: None if reason is None else required_reason(reason),
    )
    reason = None if reason is None else required_reason(reason)
    values = {**new, "changed": changed, "effective_from": effective_from, "reason": reason, "uncovered": ()}
    amended = validated(ConventionAmended, values)
    after = evolve(state, state.id, amended)
    _check_new_days(state, after, others)
    if effective_from is not None and effective_from != today and not after.covers(effective_from):
        raise _outside(after, "effective_from")
    return [amended.model_copy(update={"uncovered": _uncovered(state, after, attested, accept_uncovered)})]


def _with_rate(state: Convention, changed: list[str], rate: object, effective_from: date) -> list[str]:
    """Return what changes, the rate included wherever any day from that one on would be paid otherwise."""
    later = any(each.effective_from is not None and each.effective_from > effective_from for each in state.rates)
    if rate == state.rate_on(effective_from) and not later:
        raise invalid("une date d'effet va avec un tarif qui change : indiquez aussi ce tarif.", "effective_from")
    return [name for name in AMENDABLE if name in changed or name == "rate_per_animation"]


def terminate(
    state: Convention,
    actor: Actor,
    terminated_on: date,
    reason: str,
    attested: Iterable[Attested] = (),
    accept_uncovered: bool = False,
) -> list[Event]:
    """End the convention early: `terminated_on` is the last day that it covers."""
    authorize(actor, Action.CONVENTION_TERMINATE, state.belongings)
    _check_in_force(state)
    check_all(lambda: _check_within(state, terminated_on), lambda: required_reason(reason))
    reason = required_reason(reason)
    uncovered = _uncovered(state, replace(state, terminated_on=terminated_on), attested, accept_uncovered)
    return [ConventionTerminated(terminated_on=terminated_on, reason=reason, uncovered=uncovered)]


def _check_new_period(valid_from: object, valid_until: object) -> None:
    if isinstance(valid_from, date) and isinstance(valid_until, date):
        check_period(valid_from, valid_until)


def _check_new_days(before: Convention, after: Convention, others: Iterable[Convention]) -> None:
    """Raise DUPLICATE where a day that is new to the convention is another's. Days that two shared before may stay."""
    for other in others:
        if other.id == before.id or other.territory != before.territory:
            continue
        if not other.shares_days(after.valid_from, after.last_day):
            continue
        first, last = max(after.valid_from, other.valid_from), min(after.last_day, other.last_day)
        if first < before.valid_from or last > before.last_day:
            raise agreed_already(other, "valid_from" if first < before.valid_from else "valid_until")


def _check_within(state: Convention, terminated_on: date) -> None:
    if not state.valid_from <= terminated_on <= state.valid_until:
        raise _outside(state, "terminated_on")


def _uncovered(before: Convention, after: Convention, attested: Iterable[Attested], accepted: bool) -> tuple[UUID, ...]:
    """Return the animations that are no longer covered. Raise RULE_BROKEN, naming each, unless that is accepted."""
    uncovered = [
        (animation, reason)
        for animation in attested
        if before.covers(animation.held_on) and (reason := after.coverage_obstacle(animation.held_on))
    ]
    if uncovered and not accepted:
        messages = [
            f"L'animation « {animation.title} » du {animation.held_on:%d/%m/%Y}, attestée, ne serait plus payable :"
            f" elle a eu lieu {reason}."
            for animation, reason in uncovered
        ]
        messages.append(
            "Pour l'enregistrer malgré tout, répétez la demande en acceptant que ces animations ne soient plus"
            " couvertes."
        )
        raise DomainError(Problem(ErrorCode.RULE_BROKEN, message, ("accept_uncovered",)) for message in messages)
    return tuple(animation.id for animation, _ in uncovered)


def _check_in_force(state: Convention) -> None:
    if state.terminated_on is not None:
        raise broken("La convention est résiliée.", "convention_id")


def _outside(state: Convention, field: str) -> DomainError:
    return invalid(f"date attendue entre le {state.valid_from:%d/%m/%Y} et le {state.last_day:%d/%m/%Y}.", field)
