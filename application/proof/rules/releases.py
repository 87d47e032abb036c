"""Which schema version is written when: nobody goes on writing an older one, to which newer rules do not apply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from application.proof.rules.cases import Case

#: Servers of two versions may run beside each other for as long.
UPDATES_TAKE = timedelta(days=1)
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Releases:
    """The newest schema version of each topic so far, and the latest time in the log when it was first written."""

    _newest: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _latest: datetime = _BEGINNING

    def reasons(self, case: Case) -> Iterator[str]:
        """Yield why an event of this schema version was not written then, and note the version."""
        topic, version = case.record.event.topic, case.schema_version
        self._latest = max(self._latest, case.now)
        newest, since = self._newest.get(topic, (0, self._latest))
        if version > newest:
            self._newest[topic] = version, self._latest
        elif version < newest and self._latest > since + UPDATES_TAKE:
            yield f"schema version {version}, where version {newest} has been written since {since.isoformat()}"
