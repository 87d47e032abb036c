"""Since when each form is written: nobody goes on writing an older form, to which newer rules do not apply.

Forms are the schema version of each topic, and the person of whoever acts in office.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from application.proof.rules.cases import Case
from domain.kernel.actors import IN_OFFICE

#: Servers of two versions may run beside each other for as long.
UPDATES_TAKE = timedelta(days=1)
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Persons:
    """Since when who acts in office is a person: in each stream, and in the whole log."""

    _since: datetime | None = None
    _streams: set[UUID] = field(default_factory=set)

    def reasons(self, case: Case, latest: datetime) -> Iterator[str]:
        """Yield why an event that names no person was not written then, and note one that does."""
        stamp = case.record.stamp
        if stamp.role not in IN_OFFICE:
            return
        if stamp.person is not None:
            self._since = self._since or latest
            self._streams.add(case.stream)
        elif case.stream in self._streams or (self._since is not None and latest > self._since + UPDATES_TAKE):
            # Four eyes are compared within a stream: there, the first event without a person evades them.
            yield "it does not say which person acted in office, as an event before it does"


@dataclass(slots=True)
class Releases:
    """The newest schema version of each topic so far, and the latest time in the log when it was first written."""

    _newest: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _latest: datetime = _BEGINNING
    _persons: Persons = field(default_factory=Persons)

    def reasons(self, case: Case) -> Iterator[str]:
        """Yield why an event of this schema version was not written then, and note the version."""
        topic, version = case.record.event.topic, case.schema_version
        self._latest = max(self._latest, case.now)
        newest, since = self._newest.get(topic, (0, self._latest))
        if version > newest:
            self._newest[topic] = version, self._latest
        elif version < newest and self._latest > since + UPDATES_TAKE:
            yield f"schema version {version}, where version {newest} has been written since {since.isoformat()}"
        yield from self._persons.reasons(case, self._latest)
