"""The judge compares persons, and holds older events to the rule of their time, with a warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from application.conventions import ConventionAmend
from application.files.store import FileStore
from application.proof.rules.cases import Case
from application.proof.rules.findings import Finding
from application.proof.rules.judge import Judge
from application.proof.rules.releases import Releases
from application.proof.rules.scene import Scene
from domain.accounts.events import AuditorAdmitted, CoordonnateurAppointed, MandateEnded
from domain.kernel.actors import SYSTEM, Role
from eventstore.log import read_after
from eventstore.records import Recorded
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import COORDONNATEUR, NATIONAL, STRUCTURE, World

ANNE, PAUL, ZOE = "b" * 21 + "A", "c" * 21 + "A", "d" * 21 + "A"
PERSONS = {STRUCTURE.name: ANNE, COORDONNATEUR.name: PAUL, NATIONAL.name: ZOE}
CERTIFIED, PAID = "service_dossier.certified", "service_dossier.paid"
COUNTED = "convention.service_certified"


@pytest.fixture
def history(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Recorded]:
    """A log in which everybody in office is a person, up to a payment."""
    execute = world.app.execute

    def as_person(command, actor, now):
        return execute(command, replace(actor, person=PERSONS.get(actor.name)), now)

    monkeypatch.setattr(world, "app", _Persons(world.app, as_person))
    claim = Claim(world, FileStore(tmp_path / "files"))
    claim.paid(*claim.attested(2))
    world.does(ConventionAmend(convention_id=world.conventions[0], planned_animations=40), NATIONAL)
    with world.app.pool.connection() as conn:
        return read_after(conn, 0, 10_000)


class _Persons:
    """The application, whose actors are persons."""

    def __init__(self, app, execute):
        self._app, self.execute = app, execute

    def __getattr__(self, name):
        return getattr(self._app, name)


def judged(history: list[Recorded]) -> list[Finding]:
    judge = Judge()
    taken = [finding for record in history for finding in judge.take(record, record.event.schema_version())]
    return [*taken, *judge.end()]


def stamped(history: list[Recorded], *topics: str, **changes: str | None) -> list[Recorded]:
    return [
        record._replace(stamp=record.stamp.model_copy(update=changes)) if record.event.topic in topics else record
        for record in history
    ]


def test_a_dossier_on_which_three_persons_act_is_lawful(history):
    assert judged(history) == []


@pytest.mark.parametrize(
    ("topic", "person", "reason"),
    [
        (CERTIFIED, ANNE, "Nul ne certifie"),
        (PAID, PAUL, "lui-même certifié"),
        (PAID, ANNE, "Nul n'enregistre le paiement"),
        ("convention.amended", ANNE, "au nom de laquelle"),
    ],
)
def test_one_person_under_another_name_is_found(history, topic, person, reason):
    findings = [finding for finding in judged(stamped(history, topic, person=person)) if not finding.warning]
    assert [finding.topic for finding in findings] == [topic]
    assert reason in findings[0].reason


def test_who_attested_and_certifies_is_warned_of_since_the_rule_is_newer(history):
    attested = stamped(history, "animation.attested", person=PAUL)
    (warning,) = [finding for finding in judged(attested) if finding.topic == CERTIFIED]
    assert (warning.warning, "lui-même attesté des animations" in warning.reason) == (True, True)


def test_what_is_older_than_persons_is_warned_of_and_not_condemned(history):
    older = [record._replace(stamp=record.stamp.model_copy(update={"person": None})) for record in history]
    assert judged(older) == []
    (warning,) = judged(stamped(older, PAID, CERTIFIED, COUNTED, actor="Coordination"))
    assert warning.warning
    assert "older than the rule: Nul n'enregistre le paiement" in warning.reason
    condemned = judged(stamped(older, CERTIFIED, COUNTED, actor=STRUCTURE.name))
    assert [finding.topic for finding in condemned if not finding.warning] == [CERTIFIED]


def test_who_acts_in_office_is_a_person_once_others_of_the_stream_or_of_yesterday_are(history):
    """Otherwise, whoever holds the keys writes one person under two names, and leaves out who it is."""
    reason = "it does not say which person acted in office"
    (named,) = judged(stamped(history, PAID, actor="Coordination", person=None))
    assert (named.topic, named.warning, reason in named.reason) == (PAID, False, True)
    (amended,) = [record for record in history if record.event.topic == "convention.amended"]
    persons = Releases()
    for record in history:
        if record.originator_id != amended.originator_id:
            assert list(persons.reasons(Case(Scene(), record, SYSTEM, record.event.schema_version()))) == []
    for days, count in ((0, 0), (2, 1)):
        at = amended.stamp.recorded_at + timedelta(days=days)
        stamp = amended.stamp.model_copy(update={"recorded_at": at, "person": None})
        case = Case(Scene(), amended._replace(stamp=stamp), SYSTEM, amended.event.schema_version())
        assert [reason in text for text in persons.reasons(case)] == [True] * count


ACCOUNT = UUID("00000000-0000-4000-8000-00000000000a")
BY_MANDATE = f"coordonnateur:{ACCOUNT}"


def with_mandate(history: list[Recorded], ended_after: timedelta | None = None, role: Role = Role.COORDONNATEUR):
    """Who certifies has a mandate, given before all else; it ended so long before the certification."""
    acted = stamped(history, CERTIFIED, COUNTED, actor=BY_MANDATE)
    (certified,) = [record for record in acted if record.event.topic == CERTIFIED]
    binding = {"person_id": uuid4(), "subject": "anne", "mandate_id": UUID(int=1)}
    given = (
        CoordonnateurAppointed(**binding, territories=("971",))
        if role is Role.COORDONNATEUR
        else AuditorAdmitted(**binding, until=certified.stamp.recorded_at)
    )
    stamp = certified.stamp.model_copy(update={"actor": NATIONAL.name, "role": Role.NATIONAL, "command_id": uuid4()})
    stamp = stamp.model_copy(update={"recorded_at": history[0].stamp.recorded_at})
    account = [Recorded(0, ACCOUNT, 1, stamp, given)]
    if ended_after is not None:
        ends = {"recorded_at": certified.stamp.recorded_at - ended_after, "command_id": uuid4()}
        ended = MandateEnded(mandate_id=UUID(int=1))
        account.append(Recorded(0, ACCOUNT, 2, stamp.model_copy(update=ends), ended))
    return [*account, *acted]


def test_who_acts_by_a_mandate_has_had_one_of_that_role_where_the_log_has_their_account(history):
    assert judged(stamped(history, CERTIFIED, COUNTED, actor=BY_MANDATE)) == []
    assert judged(with_mandate(history)) == []
    condemned = judged(with_mandate(history, role=Role.AUDITOR))
    assert [finding.topic for finding in condemned if not finding.warning] == [CERTIFIED, COUNTED]
    assert "never had a mandate as coordonnateur" in condemned[0].reason


def test_a_mandate_that_had_ended_is_warned_of_since_readers_may_be_behind(history):
    assert judged(with_mandate(history, timedelta(minutes=4))) == []
    late = judged(with_mandate(history, timedelta(minutes=6)))
    assert {(finding.warning, finding.topic) for finding in late} == {(True, CERTIFIED), (True, COUNTED)}
    assert "had ended at" in late[0].reason
