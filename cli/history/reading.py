"""Find the events of one thing: an animation, a convention, a candidature, or a structure with everything of its."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from application.structures import account_with_siret
from cli.composition import Conn
from cli.console import Refused
from domain.animations.events import AnimationTextBlanked
from domain.kernel.identifiers import TYPOLOGY_ID, check_siret
from eventstore.log import read_at, read_stream
from eventstore.records import Recorded
from projections.animations.blanked_texts import BlankedTexts, blanked_texts

_STAMPED = """
SELECT notification_id FROM stored_events WHERE event_structure(state) = %s OR originator_id = %s ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class History:
    """The events in log order, and a sentence on how they were found."""

    stream: UUID
    records: list[Recorded]
    found_by: str


def history_of(conn: Conn, subject: str) -> History:
    """Return the history. Raises Refused if nothing is recorded, ValueError if `subject` is no id and no SIRET."""
    stream = _stream(conn, subject)
    own = read_stream(conn, stream)
    if not own:
        raise Refused(f"nothing is recorded of {subject}")
    if own[0].event.topic.startswith("structure."):
        return _structure_history(conn, stream)
    return History(stream, own, "read from the log, its own stream")


def blanked_in(conn: Conn, history: History) -> BlankedTexts:
    """Return the texts of animations in this history that were blanked, there or in what shares a source with them."""
    records, blanked = list(history.records), BlankedTexts()
    structures = {r.stamp.structure_id for r in records if r.event.topic.startswith("animation.")} - {None}
    if structures and not records[0].event.topic.startswith("structure."):
        records = [record for stream in structures if stream for record in _structure_history(conn, stream).records]
    if any(isinstance(record.event, AnimationTextBlanked) for record in records):
        blanked = blanked_texts(records)
    return blanked


def _stream(conn: Conn, subject: str) -> UUID:
    if subject == "typology":
        return TYPOLOGY_ID
    try:
        return UUID(subject)
    except ValueError:
        return account_with_siret(conn, check_siret(subject))


def _structure_history(conn: Conn, stream: UUID) -> History:
    """Return the structure's own stream, and every event stamped with the structure."""
    positions = [row[0] for row in conn.execute(_STAMPED, (stream, stream)).fetchall()]
    records = read_at(conn, positions)
    return History(stream, records, "read from the log: its own stream and every event stamped with it")
