"""Erasure at the end of retention (RGPD, article 5.1.e), one by one, as at a person's request.

The caller asks the read models which data are due; this module erases them and records each erasure as the system's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.accounts.invitations import InvitationErase
from application.action_groups import ActionGroupMemberErase
from application.application import Application
from application.contacts.commands import ContactErase
from application.files.expiry import FileExpire
from application.files.store import FileStore
from application.people.erasing import CandidatureErase, record_erasure
from application.people.index import erase_and_forget
from application.registrations import RegistrantErase
from domain.accounts.events import InvitationSent
from domain.action_groups.events import MemberJoined
from domain.candidatures.events import CandidatureSubmitted
from domain.contacts.events import ContactAdded
from domain.kernel.actors import SYSTEM
from domain.kernel.identifiers import contact_list_id, registration_book_id
from domain.registrations.events import RegistrationMade
from eventstore.leasing.leases import writing_on
from eventstore.log import read_stream


def forget_registrants(app: Application, animation_id: UUID, registration_ids: Sequence[UUID], now: datetime) -> int:
    """Erase the personal data of these registrations for one animation. Safe to repeat after an interruption."""
    book, due = registration_book_id(animation_id), frozenset(registration_ids)
    with writing_on(app.pool) as conn:
        for record in read_stream(conn, book, 0):
            if isinstance(record.event, RegistrationMade) and record.event.registration_id in due:
                erase_and_forget(conn, record.event.person_id, book)
    for registration_id in registration_ids:
        record_erasure(
            app.execute, RegistrantErase(animation_id=animation_id, registration_id=registration_id), SYSTEM, now
        )
    return len(registration_ids)


def forget_candidature(app: Application, candidature_id: UUID, now: datetime) -> int:
    """Erase the personal data of one candidature. Safe to repeat after an interruption."""
    with writing_on(app.pool) as conn:
        submitted = read_stream(conn, candidature_id, 0)[0].event
        assert isinstance(submitted, CandidatureSubmitted)
        erase_and_forget(conn, submitted.person_id, candidature_id)
    record_erasure(app.execute, CandidatureErase(candidature_id=candidature_id), SYSTEM, now)
    return 1


def forget_invited(app: Application, invitation_id: UUID, now: datetime) -> int:
    """Erase the address of an invitation, which ends it. Safe to repeat after an interruption."""
    with writing_on(app.pool) as conn:
        sent = read_stream(conn, invitation_id, 0)[0].event
        assert isinstance(sent, InvitationSent)
        erase_and_forget(conn, sent.person_id, invitation_id)
    record_erasure(app.execute, InvitationErase(invitation_id=invitation_id, person_id=sent.person_id), SYSTEM, now)
    return 1


def forget_contact(app: Application, structure_id: UUID, contact_id: UUID, now: datetime) -> int:
    """Erase a contact of a structure's list. Safe to repeat after an interruption."""
    contact_list = contact_list_id(structure_id)
    with writing_on(app.pool) as conn:
        for record in read_stream(conn, contact_list, 0):
            if isinstance(record.event, ContactAdded) and record.event.contact_id == contact_id:
                erase_and_forget(conn, record.event.person_id, contact_list)
    record_erasure(app.execute, ContactErase(structure_id=structure_id, contact_id=contact_id), SYSTEM, now)
    return 1


def forget_member(app: Application, group_id: UUID, member_id: UUID, now: datetime) -> int:
    """Erase a member of a closed group; the profession stays. Safe to repeat after an interruption."""
    with writing_on(app.pool) as conn:
        for record in read_stream(conn, group_id, 0):
            if isinstance(record.event, MemberJoined) and record.event.member_id == member_id:
                erase_and_forget(conn, record.event.person_id, group_id)
    record_erasure(app.execute, ActionGroupMemberErase(group_id=group_id, member_id=member_id), SYSTEM, now)
    return 1


def expire_file(app: Application, store: FileStore, sha256: str, now: datetime) -> int:
    """Record the end of a file's retention, then delete its bytes. Safe to repeat after an interruption."""
    app.execute(FileExpire(sha256=sha256), SYSTEM, now)
    store.remove(sha256)
    return 1
