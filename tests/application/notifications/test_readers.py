"""Each kind of notice has its readers, who are those of the inboxes that it is written to."""

from __future__ import annotations

from uuid import UUID

import pytest

from application.notifications.inbox import recipients_of
from application.notifications.kinds import READERS, NoticeKind, kinds_for
from domain.kernel.actors import Actor, Role
from tests.support.inbox import readers_of


def test_each_kind_has_readers():
    assert set(READERS) == set(NoticeKind)
    assert all(READERS.values())


@pytest.mark.parametrize("role", Role)
def test_whom_notices_are_written_to_reads_an_inbox_of_that_role(role: Role):
    actor = Actor(
        role,
        "somebody",
        structures=frozenset([UUID(int=1)]),
        territories=frozenset(["34"]),
        schools=frozenset(["0340005W"]),
    )
    inboxes = recipients_of(actor)
    assert bool(inboxes) == bool(kinds_for(role))
    assert all(role in readers_of(inbox) for inbox in inboxes)
