"""The stored events of tests/history/samples: one of every version of every event that was ever written."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from domain.kernel.events import Event, registered_events
from eventstore.records import decode

SAMPLES = {
    path.stem: path.read_bytes().rstrip(b"\n")
    for path in (Path(__file__).parents[1] / "history" / "samples").glob("*.json")
}


def newest_samples() -> list[Event]:
    """An event of every kind, as its newest sample has it."""
    newest = [(topic, kind.schema_version()) for topic, kind in sorted(registered_events().items())]
    return [decode(1, UUID(int=1), 1, topic, SAMPLES[f"{topic}.v{version}"]).event for topic, version in newest]
