"""The population of a control, folded from events in the order of the log."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.controls.population import Certifications
from domain.kernel.events import Event
from tests.support.domain.control_builders import OURS, PERIOD, THEIRS
from tests.support.domain.dossier_builders import PAID, certified, withdrawn

NOON = datetime(2027, 4, 10, 12, tzinfo=UTC)
ZONES = {"34": "Europe/Paris", "971": "America/Guadeloupe"}


def day_in(territory: str, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(ZONES[territory])).date()


def folded(*entries: tuple[UUID, Event] | tuple[UUID, Event, datetime] | tuple[UUID, Event, datetime, str]):
    """Entries at positions 1, 2, 3…: of dossier 34 at noon of the 10th of April, unless they say otherwise."""
    certifications = Certifications()
    for position, entry in enumerate(entries, 1):
        dossier_id, event, at, territory = (*entry, NOON, "34")[:4] if len(entry) != 3 else (*entry, "34")
        certifications.take(position, dossier_id, event, territory, at)
    return certifications


def population(certifications, as_of=99, period=PERIOD, territory=None):
    return certifications.population(as_of, period, territory, day_in)


def test_it_holds_every_dossier_whose_certification_stands():
    assert population(folded((THEIRS, certified()), (OURS, certified()))) == (OURS, THEIRS)
    assert population(folded((OURS, certified()), (OURS, PAID))) == (OURS,)


def test_what_was_withdrawn_is_out_until_it_is_certified_again():
    ended = (OURS, certified()), (OURS, withdrawn())
    assert population(folded(*ended)) == ()
    assert population(folded(*ended, (OURS, certified()))) == (OURS,)


def test_it_is_that_of_the_position_whatever_came_later():
    certifications = folded((OURS, certified()), (THEIRS, certified()), (OURS, withdrawn()))
    assert [population(certifications, as_of) for as_of in range(4)] == [(), (OURS,), (OURS, THEIRS), (THEIRS,)]


def test_the_day_is_that_of_the_territory():
    night = datetime(2027, 5, 1, 1, tzinfo=UTC)
    certifications = folded((OURS, certified(), night, "34"), (THEIRS, certified(), night, "971"))
    assert population(certifications) == (THEIRS,)
    assert population(certifications, period=(date(2027, 5, 1), date(2027, 5, 1))) == (OURS,)


def test_a_territory_leaves_the_others_out():
    certifications = folded((OURS, certified()), (THEIRS, certified(), NOON, "971"))
    assert population(certifications, territory="971") == (THEIRS,)
    assert population(certifications, territory="34") == (OURS,)


@for_any(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40))
def test_it_is_what_a_fold_dossier_by_dossier_gives(steps: list[tuple[int, bool]]):
    entries = [(UUID(int=number), certified() if stands else withdrawn()) for number, stands in steps]
    last = {UUID(int=number): stands for number, stands in steps}
    assert population(folded(*entries)) == tuple(sorted(number for number, stands in last.items() if stands))
