"""Random honest histories tell who has to sign; each single mutation of what they tell of it is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from application.animations.commands import AnimationAttest
from application.proof.completeness.committing import map_commits
from application.proof.rules.findings import Finding
from application.proof.rules.judge import Judge
from application.proof.rules.signatures import signature_findings
from application.proof.signing_rules import record_who_signs
from domain.kernel.actors import Role
from domain.proof.events import MapCommitted, SigningRequired
from eventstore.log import read_after
from eventstore.records import Recorded
from tests.support.world import STRUCTURE, World

History = list[Recorded]


def judged(history: History) -> list[str]:
    """What is found, each event at the position of its place."""
    judge = Judge()
    findings: list[Finding] = []
    for position, record in enumerate(history, start=1):
        placed = record._replace(position=position)
        findings += signature_findings(judge.scene, placed, b"")
        findings += judge.take(placed, schema_version(record))
    return [str(finding) for finding in (*findings, *judge.end()) if not finding.warning]


def schema_version(record: Recorded) -> int:
    """A map that counts nothing is of before."""
    is_of_before = isinstance(record.event, MapCommitted) and record.event.signing_rules is None
    return 1 if is_of_before else record.event.schema_version()


@pytest.fixture(params=range(2))
def history(request: pytest.FixtureRequest, world: World) -> History:
    """At random, then a rule for the national team, then an attestation and the map."""
    random = Random(request.param)
    world.sign()
    for _ in range(60):
        world.acts_at_random(random)
    assert record_who_signs(world.app.execute, [Role.NATIONAL], world.now)
    animation = world.creates()
    world.publishes(animation)
    world.now += timedelta(days=1)
    world.does(AnimationAttest(animation_id=animation, parents=3), STRUCTURE)
    with world.app.pool.connection() as conn, conn.transaction():
        map_commits(world.app.execute)(conn, world.now)
    with world.app.pool.connection() as conn:
        return read_after(conn, 0, 10_000)


def place_of(history: History, kind: type) -> int:
    return next(place for place, record in enumerate(history) if isinstance(record.event, kind))


def altered(**changes: object) -> Callable[[History], History]:
    """With other fields of the rule."""
    return lambda history: at_rule(history, lambda rule: rule._replace(event=rule.event.model_copy(update=changes)))


def stamped(**changes: object) -> Callable[[History], History]:
    return lambda history: at_rule(history, lambda rule: rule._replace(stamp=rule.stamp.model_copy(update=changes)))


def at_rule(history: History, change: Callable[[Recorded], Recorded]) -> History:
    place = place_of(history, SigningRequired)
    return [*history[:place], change(history[place]), *history[place + 1 :]]


def dropped(history: History) -> History:
    return [record for record in history if not isinstance(record.event, SigningRequired)]


def last(history: History) -> History:
    return [*dropped(history), history[place_of(history, SigningRequired)]]


def twice(history: History) -> History:
    rule = history[place_of(history, SigningRequired)]
    again = rule._replace(originator_version=2, stamp=rule.stamp.model_copy(update={"command_id": uuid4()}))
    return [*history, again]


def elsewhere(history: History) -> History:
    return at_rule(history, lambda rule: rule._replace(originator_id=UUID(int=7)))


def counted(rules: int | None) -> Callable[[History], History]:
    def change(history: History) -> History:
        place = place_of(history, MapCommitted)
        event = history[place].event.model_copy(update={"signing_rules": rules})
        return [*history[:place], history[place]._replace(event=event), *history[place + 1 :]]

    return change


MUTATIONS = {
    "dropped": dropped,
    "moved behind the map": last,
    "recorded twice": twice,
    "in another stream": elsewhere,
    "not counted by the map": counted(0),
    "beside a map that counts nothing": counted(None),
    "for the structures": altered(roles=("structure",)),
    "for nobody": altered(roles=(), acts=()),
    "without roles": altered(roles=()),
    "without acts": altered(acts=()),
    "for a role that there is not": altered(roles=("National",)),
    "for an act that moves no money": altered(acts=("animationCreate",)),
    "in another order": altered(acts=("servicePaymentRecord", "animationAttest")),
    "by the national team": stamped(role=Role.NATIONAL, actor="national"),
    "by another command": stamped(cause="command:animationEnd"),
    "by a policy": stamped(cause=f"event:animation.ended:{UUID(int=7)}:1"),
    "of a structure": stamped(structure_id=UUID(int=7)),
}


def test_each_single_mutation_of_who_has_to_sign_is_refused(history: History) -> None:
    assert judged(history) == []
    accepted = [name for name, mutate in MUTATIONS.items() if not judged(mutate(history))]
    assert accepted == []
