"""Whoever holds the signing key makes neither verifier believe a sum or a certification that the rules refuse."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from application.files.store import FileStore
from application.proof.notes import to_pem
from tests.application.proof.test_dossier_in_the_page import controlled, with_everything
from tests.application.proof.test_verifier_page import needs_node, verdicts
from tests.support.papers.bundles import checks
from tests.support.papers.forging_bundles import StoredEvent, forged, taken_apart
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import World

Events = list[StoredEvent]
Forgery = Callable[[Events], Events]


def data(topic: str, **values: Any) -> Forgery:
    """Every event of the topic says these values; what can be called is called with what it said."""

    def forge(events: Events) -> Events:
        return [event.with_data(**_called(event, values)) if event.topic == topic else event for event in events]

    return forge


def _called(event: StoredEvent, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value(event.data[name]) if callable(value) else value for name, value in values.items()}


def stamp(topic: str, **values: Any) -> Forgery:
    def forge(events: Events) -> Events:
        return [event.stamped(**values) if event.topic == topic else event for event in events]

    return forge


def same_person(author: str, *topics: str) -> Forgery:
    """Everybody is a person of their own, whatever their name, but these events are by who did another."""

    def forge(events: Events) -> Events:
        theirs = next(event.state["stamp"]["actor"] for event in events if event.topic == author)
        return [
            event.stamped(person=_person(theirs if event.topic in topics else event.state["stamp"]["actor"]))
            if event.state["stamp"]["role"] != "system"
            else event
            for event in events
        ]

    return forge


def _person(name: str) -> str:
    return base64.urlsafe_b64encode(sha256(name.encode()).digest()[:16]).decode().rstrip("=")


def lacking(*topics: str) -> Forgery:
    return lambda events: [event for event in events if event.topic not in topics]


def as_attested(events: Events) -> Events:
    """Each amendment proposes, and corrects to, what was attested."""
    attested = {str(event.stream): event.data for event in events if event.topic == "animation.attested"}
    proposed, corrected = "service_dossier.amendment_proposed", "animation.attestation_corrected"

    def of_before(event: StoredEvent) -> StoredEvent:
        if event.topic not in (proposed, corrected):
            return event
        before = attested[event.data.get("animation_id", str(event.stream))]
        return event.with_data(**{name: before[name] for name in ("parents", "children", "answers")})

    return [of_before(event) for event in events]


def on_the_account(act: str, role: str = "national", **values: Any) -> Forgery:
    """The account's last event is followed by another."""

    def forge(events: Events) -> Events:
        last = max(place for place, event in enumerate(events) if event.topic.startswith("structure."))
        command = f"command:structure{act.removesuffix('d').removesuffix('e').title()}e"
        who = {"command_id": str(uuid4()), "cause": command, "role": role, "actor": "somebody"}
        version = 2 if act == "renamed" else 1
        state = {**events[last].state, "schema_version": version, "data": values}
        added = StoredEvent(events[last].stream, f"structure.{act}", state).stamped(**who)
        return [*events[: last + 1], added, *events[last + 1 :]]

    return forge


MOVED = {"siret": "35600000000048", "former_siret": "35600000000048", "on": "2026-09-01", "reason": "Un nouveau siège"}


def each_line(**values: Any) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda lines: [{**line, **_called_in(line, values)} for line in lines]


def _called_in(line: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value(line[name]) if callable(value) else value for name, value in values.items()}


SUBMITTED, CERTIFIED, PAID = "service_dossier.submitted", "service_dossier.certified", "service_dossier.paid"
ACCEPTED, WITHDRAWN = "service_dossier.amendment_accepted", "service_dossier.certification_withdrawn"
RECOVERED, SIGNED = "service_dossier.recovered", "convention.signed"
OPENING = ("service_dossier.opened", "service_dossier.gathered", "animation.gathered")

PAID_FORGERIES: Mapping[str, tuple[Forgery, ...]] = {
    "a rate that is not the convention's, in every sum": (
        data(SUBMITTED, lines=each_line(rate="9999.00"), rate_per_animation="9999.00", amount="19998.00"),
        data(CERTIFIED, rate_per_animation="9999.00", amount="19998.00"),
        data("convention.service_certified", amount="19998.00"),
        data(ACCEPTED, amount_before="19998.00", amount_after="19998.00"),
        data(PAID, amount="19998.00"),
    ),
    "that rate agreed as well": (
        data(SUBMITTED, lines=each_line(rate="9999.00"), rate_per_animation="9999.00", agreed_rate="9999.00"),
        data(SUBMITTED, amount="19998.00"),
        data(CERTIFIED, rate_per_animation="9999.00", amount="19998.00"),
        data("convention.service_certified", amount="19998.00"),
        data(ACCEPTED, amount_before="19998.00", amount_after="19998.00"),
        data(PAID, amount="19998.00"),
    ),
    "an amendment that raises the sum": (data(ACCEPTED, amount_after="99999.00"), data(PAID, amount="99999.00")),
    "an amendment from another sum": (data(ACCEPTED, amount_before="99999.00"),),
    "an amendment after which money is due back": (data(ACCEPTED, to_recover="1.00"),),
    "an amendment of before sums, with other events of today": (
        lambda events: [
            StoredEvent(
                event.stream,
                event.topic,
                {**event.state, "schema_version": 1, "data": {"number": event.data["number"]}},
            )
            if event.topic == ACCEPTED
            else event
            for event in events
        ],
        data(PAID, amount="299.00"),
    ),
    "more paid by a cent": (data(PAID, amount="300.01"),),
    "paid before the certification": (data(PAID, paid_on="2020-01-01"),),
    "paid in the future": (data(PAID, paid_on="2030-01-01"),),
    "certified on another day": (data(CERTIFIED, certified_on="2026-09-01"),),
    "no sheet, and no reason": (
        lacking("animation.sheet_attached"),
        data(SUBMITTED, lines=each_line(sheets=[], animation_version=lambda version: version - 1)),
    ),
    "a required piece that is not asked for": (data(SIGNED, required_pieces=["RIB"]),),
    "a required piece that is asked for, and not there": (
        data(SIGNED, required_pieces=["RIB"]),
        data(SUBMITTED, required_pieces=["RIB"]),
    ),
    "more animations than planned, and no reason": (
        data(SIGNED, planned_animations=1),
        data(SUBMITTED, planned_animations=1),
        data(CERTIFIED, planned_animations=1),
    ),
    "another number planned than the convention's": (data(CERTIFIED, planned_animations=5000),),
    "a convention that had ended": (data(SIGNED, valid_from="2025-09-01", valid_until="2026-08-31"),),
    "a convention that ends before it begins": (data(SIGNED, valid_until="2026-08-31"),),
    "certified in another territory": (stamp(CERTIFIED, territory="75"),),
    "certified by who opened and gathered": (same_person(CERTIFIED, *OPENING),),
    "certified by who submitted": (same_person(SUBMITTED, CERTIFIED),),
    "certified under the name that submitted": (data(SUBMITTED, submitted_by="cap-971"),),
    "paid by who certified": (same_person(CERTIFIED, PAID),),
    "an amendment accepted by who proposed it": (same_person("service_dossier.amendment_proposed", ACCEPTED),),
    "one event of a command by another": (stamp("convention.service_certified", actor="nobody"),),
    "an event that a policy is said to record": (stamp("animation.published", cause="event:animation.created:x:1"),),
    "a time zone that there is not": (data("animation.created", time_zone="America/Nulle-Part"),),
    "no animation says that it was gathered": (lacking("animation.gathered"),),
    "an amendment that changes nothing": (as_attested,),
    "a SIRET whose digits do not add up": (
        data(SIGNED, siret="73282932000075"),
        data("structure.account_opened", siret="73282932000075"),
    ),
    "an account of another SIRET": (data("structure.account_opened", siret="35600000000048"),),
    "a convention that no account has": (lacking("structure.convention_attached"),),
    "a name that the structure gives itself": (
        on_the_account("renamed", "structure", name="Autre", reason="Un motif"),
    ),
    "a SIRET that it leaves without having it": (on_the_account("moved", **MOVED),),
    "an account stamped for another territory": (stamp("structure.convention_attached", territory="75"),),
    "an amendment that corrects nothing": (lacking("animation.attestation_corrected"),),
    "an amendment that corrects otherwise": (data("animation.attestation_corrected", parents=1),),
}
RECOVERY_FORGERIES: Mapping[str, tuple[Forgery, ...]] = {
    "a withdrawal after which nothing is due back": (data(WITHDRAWN, to_recover="0.00"),),
    "a withdrawal of another sum": (data(WITHDRAWN, amount="1.00"),),
    "a recovery after which nothing is due back": (data(RECOVERED, to_recover="0.00"),),
    "more recovered than was due": (data(RECOVERED, amount="9999.00", to_recover="0.00"),),
    "recovered before it was paid": (data(RECOVERED, recovered_on="2020-01-01"),),
    "another sum that the convention counts no more": (data("convention.service_withdrawn", amount="1.00"),),
    "more animations that it counts no more": (data("convention.service_withdrawn", animations=7),),
    "a convention that goes on counting": (lacking("convention.service_withdrawn"),),
    "withdrawn by who submitted": (same_person(SUBMITTED, WITHDRAWN),),
    "a convention amended by who acts for the structure": (same_person("animation.created", "convention.amended"),),
    "recovered by who opened": (same_person(OPENING[0], RECOVERED),),
    "a new rate that the convention does not have": (data("convention.amended", rate_per_animation="9999.00"),),
    "a new rate without a word of it": (data("convention.amended", changed=["required_pieces"]),),
    "a rate that holds from another day": (data("convention.amended", effective_from="2026-09-30"),),
    "a piece that the convention does not ask for": (data("service_dossier.piece_attached", piece="Facture"),),
}
CONTROL_FORGERIES: Mapping[str, tuple[Forgery, ...]] = {
    "a control after which money is due back": (data("service_dossier.controlled", to_recover="150.00"),),
    "a control closed by nobody who controls": (stamp("service_dossier.controlled", role="coordonnateur"),),
    "a dossier that somebody drew": (stamp("service_dossier.drawn", role="auditor", actor="somebody"),),
}


@needs_node
@pytest.mark.parametrize(
    ("story", "forgeries"),
    [
        (lambda claim: claim.paid(*claim.attested(2)), PAID_FORGERIES),
        (with_everything, RECOVERY_FORGERIES),
        (controlled, CONTROL_FORGERIES),
    ],
    ids=["paid", "recovered", "controlled"],
)
def test_what_the_rules_refuse_is_refused_by_both_verifiers(
    story: Any, forgeries: Mapping[str, tuple[Forgery, ...]], world: World, tmp_path: Path
):
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    honest = taken_apart(claim.export(story(claim), tmp_path / "honest.zip"))
    bundles = {"nothing forged": forged(tmp_path / "0.zip", honest, honest.events)}
    for number, (name, changes) in enumerate(forgeries.items(), start=1):
        events = list(honest.events)
        for change in changes:
            events = change(events)
        assert events != list(honest.events), name
        bundles[name] = forged(tmp_path / f"{number}.zip", honest, events)
    # The stand-in for the paper is refused, last of all: whatever stands before it holds.
    expected = {name: "pdf" if name == "nothing forged" else "rules" for name in bundles}
    own = {name: checks(path)[-1].text for name, path in bundles.items()}
    assert {name: text.partition(":")[0] for name, text in own.items()} == expected
    in_the_page = verdicts([(path, to_pem(KEY.public)) for path in bundles.values()])
    last = {name: results[-1] for name, results in zip(bundles, in_the_page, strict=True)}
    assert {name: result["step"] for name, result in last.items()} == expected, last
    assert [name for name, result in last.items() if result["text"].startswith("malformed")] == []
    # Whoever recorded it is named, whatever the thing is.
    refused = [name for name in bundles if expected[name] == "rules"]
    assert [name for name in refused if " – recorded by " not in own[name]] == []
    unnamed = [name for name in refused if " – recorded by " not in last[name]["text"]]
    assert all("has to follow the last event" in last[name]["text"] for name in unnamed), unnamed
