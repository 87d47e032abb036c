"""Honest bundles are accepted; with one event dropped, added, swapped or changed, whoever signs them, they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from application.files.store import FileStore
from application.proof.dossier_streams import NotADossier
from tests.support.papers.bundles import checks
from tests.support.papers.forged_bundles import FOLDER
from tests.support.papers.forging_bundles import Dossier, StoredEvent, forged, taken_apart
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import World

Events = list[StoredEvent]

#: What a sum rests on. Of other events an honest history may have one more or one less.
CHAIN = (
    *("convention.signed", "structure.account_opened", "animation.created", "animation.published"),
    *("animation.attested", "animation.gathered", "service_dossier.opened", "service_dossier.gathered"),
    *("service_dossier.submitted", "service_dossier.certified", "convention.service_certified", "service_dossier.paid"),
)


@pytest.fixture(scope="module")
def certified() -> Dossier:
    """Certified under a convention that counts another dossier too, which is left out."""
    dossier = taken_apart(FOLDER / "genuine.zip")
    return Dossier(dossier.id, dossier.events[:-1], dossier.files)


@pytest.fixture(scope="module")
def paid(certified: Dossier) -> Dossier:
    last = certified.events[-2]
    assert last.topic == "service_dossier.certified"
    payment = {"paid_on": "2026-11-25", "reference": "VIR-1", "amount": last.data["amount"]}
    stamp = {
        **last.state["stamp"],
        **{"recorded_at": "2026-11-25T17:00:00Z", "actor": "equipe-nationale", "role": "national"},
        **{"command_id": str(uuid4()), "cause": "command:servicePaymentRecord"},
    }
    state = {"schema_version": 1, "stamp": stamp, "data": payment}
    return Dossier(
        certified.id, [*certified.events, StoredEvent(last.stream, "service_dossier.paid", state)], certified.files
    )


def verdict(path: Path, dossier: Dossier, events: Events, paper: bool = False) -> tuple[bool, str]:
    """Whether it is accepted, and what is said last. Facts that cannot be derived are a refusal as well."""
    try:
        last = checks(forged(path, dossier, events, paper))[-1]
    except NotADossier as refused:
        return False, f"dossier: {refused}"
    return last.ok, last.text


def test_what_the_forger_builds_of_honest_events_is_accepted(certified: Dossier, paid: Dossier, tmp_path: Path):
    for dossier in (certified, paid):
        accepted, words = verdict(tmp_path / "honest.zip", dossier, list(dossier.events), paper=True)
        assert accepted, words


def dropped(events: Events, place: int) -> Events:
    return [*events[:place], *events[place + 1 :]]


def added(events: Events, place: int) -> Events:
    return [
        *events,
        events[place].stamped(command_id=str(uuid4()), recorded_at=events[-1].state["stamp"]["recorded_at"]),
    ]


def swapped(events: Events, place: int) -> Events:
    """The event before the one that came before it in its stream, or after the next one."""
    stream = events[place].stream
    others = [other for other, event in enumerate(events) if event.stream == stream and other != place]
    other = max((other for other in others if other < place), default=min(others))
    first, second = sorted((place, other))
    return [*events[:first], events[second], *events[first + 1 : second], events[first], *events[second + 1 :]]


def with_role(events: Events, place: int) -> Events:
    return [*events[:place], events[place].stamped(role="auditor"), *events[place + 1 :]]


def earlier(events: Events, place: int) -> Events:
    return _at_another_time(events, place, timedelta(days=-1_500))


def later(events: Events, place: int) -> Events:
    return _at_another_time(events, place, timedelta(days=1_500))


def _at_another_time(events: Events, place: int, by: timedelta) -> Events:
    at = datetime.fromisoformat(events[place].state["stamp"]["recorded_at"]) + by
    written = at.isoformat().replace("+00:00", "Z")
    return [*events[:place], events[place].stamped(recorded_at=written), *events[place + 1 :]]


MUTATIONS: tuple[Callable[[Events, int], Events], ...] = (dropped, added, swapped, with_role, earlier, later)


def places(events: Events) -> Iterator[int]:
    yield from (place for place, event in enumerate(events) if event.topic in CHAIN)


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_one_event_dropped_added_swapped_or_stamped_otherwise_is_refused(mutate, paid: Dossier, tmp_path: Path):
    accepted = []
    for place in places(list(paid.events)):
        if mutate is swapped and sum(event.stream == paid.events[place].stream for event in paid.events) == 1:
            continue
        if mutate in (dropped, later) and place == len(paid.events) - 1:
            # The end of a stream: what nothing came after may have been at any time, or not yet.
            continue
        ok, words = verdict(tmp_path / "forged.zip", paid, mutate(list(paid.events), place))
        # A paper is not laid out: that alone would be found last.
        if ok or words.startswith("pdf: "):
            accepted.append(f"{paid.events[place].topic} at {place + 1}")
    assert accepted == []


@pytest.mark.parametrize(
    ("topic", "changes"),
    [
        ("convention.signed", {"rate_per_animation": "131.00"}),
        ("convention.signed", {"planned_animations": 1}),
        ("animation.attested", {"parents": 17}),
        ("service_dossier.opened", {"period_until": "2025-09-02"}),
        ("service_dossier.gathered", {"animation_ids": []}),
        ("service_dossier.submitted", {"amount": "261.00"}),
        ("service_dossier.submitted", {"rate_per_animation": "131.00"}),
        ("service_dossier.submitted", {"submitted_by": "quelqu'un"}),
        ("service_dossier.certified", {"amount": "261.00"}),
        ("service_dossier.certified", {"animations": 3}),
        ("service_dossier.certified", {"already_certified": 7}),
        ("convention.service_certified", {"amount": "261.00"}),
        ("convention.service_certified", {"dossier_id": "00000000-d000-4000-8000-000000000009"}),
        ("service_dossier.paid", {"amount": "261.00"}),
    ],
)
def test_one_figure_changed_is_refused(topic: str, changes: dict, paid: Dossier, tmp_path: Path):
    (place, *_) = [place for place, event in enumerate(paid.events) if event.topic == topic]
    events = [*paid.events[:place], paid.events[place].with_data(**changes), *paid.events[place + 1 :]]
    ok, words = verdict(tmp_path / "forged.zip", paid, events)
    assert (ok, words.split(":")[0]) in ((False, "rules"), (False, "dossier")), words


def test_a_certification_by_who_submitted_is_refused(paid: Dossier, tmp_path: Path):
    actors = {event.topic: event.state["stamp"]["actor"] for event in paid.events}
    events = [
        event.stamped(actor=actors["service_dossier.submitted"])
        if event.state["stamp"]["actor"] == actors["service_dossier.certified"]
        else event
        for event in paid.events
    ]
    assert verdict(tmp_path / "forged.zip", paid, events)[1].startswith("rules: ")


@pytest.mark.parametrize("seed", range(3))
def test_random_honest_bundles_are_accepted(seed: int, world: World, tmp_path: Path):
    random = Random(seed)
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    held = claim.attested(random.randint(1, 4))
    act = random.choice([claim.submitted, claim.certified, claim.paid])
    bundle = claim.export(act(*random.sample(held, random.randint(1, len(held)))), tmp_path / "bundle.zip")
    assert checks(bundle)[-1].ok, checks(bundle)[-1].text
