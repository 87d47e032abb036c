"""How long personal data are kept (RGPD, article 5.1.e): what is due is erased one by one, as for a person who asks.

Which are due is asked of the read models by who calls; here each is erased, and its erasure recorded as the system's.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from application.application import Application
from application.eventstore.log import read_stream
from application.eventstore.vault import erase_key
from application.privacy import CandidatureErase, say_erased
from application.registrations import RegistrantErase
from domain.actors import SYSTEM
from domain.candidature_events import CandidatureSubmitted
from domain.identifiers import registration_book_id
from domain.registration_events import RegistrationMade


def forget_registrant(app: Application, animation_id: UUID, registration_id: UUID, now: datetime) -> None:
    """Destroys what one registration tells of a person. May be repeated after an interruption."""
    book = registration_book_id(animation_id)
    with app.pool.connection() as conn:
        for record in read_stream(conn, book, 0):
            if isinstance(record.event, RegistrationMade) and record.event.registration_id == registration_id:
                erase_key(conn, record.event.person_id, book)
    say_erased(app.execute, RegistrantErase(animation_id=animation_id, registration_id=registration_id), SYSTEM, now)


def forget_candidature(app: Application, candidature_id: UUID, now: datetime) -> None:
    """Destroys what one candidature tells of a person. May be repeated after an interruption."""
    with app.pool.connection() as conn:
        submitted = read_stream(conn, candidature_id, 0)[0].event
        assert isinstance(submitted, CandidatureSubmitted)
        erase_key(conn, submitted.person_id, candidature_id)
    say_erased(app.execute, CandidatureErase(candidature_id=candidature_id), SYSTEM, now)
