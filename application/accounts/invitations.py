"""Use cases of invitations to speak for a structure: sent, revoked, accepted by their link, erased."""

from __future__ import annotations

from itertools import count
from typing import ClassVar
from uuid import UUID

from application.accounts.commands import account_of, mandate_fields, own_subject
from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.accounts import account as accounts
from domain.accounts import invitation as invitations
from domain.accounts.events import SpeakerJoined
from domain.accounts.invitation import InvitationStatus
from domain.catalogue import ACCOUNT, INVITATION, STRUCTURE
from domain.kernel.errors import ErrorCode, refuse
from domain.kernel.people import EmailAddress
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import Link

#: Purpose of an invitation's signed link.
PURPOSE = "invitation"


class InvitationSend(Command):
    """`replaces`: an invitation without answer, of the same address, that is withdrawn with it."""

    action: ClassVar[Action] = Action.INVITATION_SEND

    structure_id: UUID
    email: EmailAddress
    replaces: UUID | None = None


class InvitationRevoke(Command):
    action: ClassVar[Action] = Action.INVITATION_REVOKE

    invitation_id: UUID


class InvitationAccept(Command):
    """Sent by a signed-in person who holds the invitation's link."""

    action: ClassVar[Action] = Action.INVITATION_ACCEPT

    link: Link


class InvitationErase(Command):
    action: ClassVar[Action] = Action.PERSON_ERASE

    invitation_id: UUID
    person_id: UUID


def send(command: InvitationSend, work: UnitOfWork) -> UUID:
    structure = work.find(STRUCTURE, command.structure_id)
    person = work.keyed.mailbox(command.email)
    facts = invitations.send(structure, person, command.email, work.actor)
    belongings = Belongings(structure_id=command.structure_id)
    if command.replaces is not None and structure is not None:
        former = work.subject(INVITATION, command.replaces, None, "Invitation", "replaces")
        if former.structure_id != structure.id:
            raise work.absent("Invitation", "replaces")
        work.record(INVITATION, former.id, invitations.replace_by(former, structure, person, work.actor), belongings)
    invitation_id = _place(command.structure_id, person, work)
    work.record(INVITATION, invitation_id, facts, belongings)
    return invitation_id


def _place(structure_id: UUID, person: UUID, work: UnitOfWork) -> UUID:
    """Return the stream to record in. Raise DUPLICATE where this address has an open invitation of the structure.

    Raise RULE_BROKEN soon after a letter to it, however its invitation was taken back.
    The stream follows from both: of two sent at once, the second finds the first.
    """
    former: UUID | None = None
    for attempt in count():
        stream = work.keyed.pseudonym(f"invitation:{structure_id}:{person}:{attempt}")
        state = work.find(INVITATION, stream)
        if state is None:
            if former is not None:
                invitations.check_pace(work.now - work.read_stream(former, 0)[0].stamp.recorded_at)
            return stream
        former = stream if state.status is InvitationStatus.REVOKED else None
        if state.status is InvitationStatus.OPEN:
            raise refuse(
                ErrorCode.DUPLICATE,
                "Cette adresse a déjà une invitation sans réponse. Renvoyez-la, ou reprenez-la d'abord.",
                "email",
            )
    raise AssertionError("unreachable")


def revoke(command: InvitationRevoke, work: UnitOfWork) -> UUID:
    state = work.subject(INVITATION, command.invitation_id, None, "Invitation", "invitation_id")
    structure = work.find(STRUCTURE, state.structure_id)
    assert structure is not None, "an invitation's structure exists"
    facts = invitations.revoke(state, structure, work.actor)
    work.record(INVITATION, state.id, facts, Belongings(structure_id=state.structure_id))
    return state.id


def accept(command: InvitationAccept, work: UnitOfWork) -> UUID:
    """The invitation is used up in the same transaction, so that only one holder of its link joins."""
    # Checked before the link is read, so that nobody without the right learns whether it is valid.
    authorize(work.actor, command.action, Belongings())
    subject = own_subject(work)
    (invitation_id,) = work.keyed.links.read(PURPOSE, command.link, "link")
    invitation = work.find(INVITATION, invitation_id)
    assert invitation is not None, "a link's invitation exists"
    joining = SpeakerJoined(
        **mandate_fields(work, subject), structure_id=invitation.structure_id, invitation_id=invitation.id
    )
    account = account_of(work, subject)
    facts = accounts.join_structure(account, joining, invitation, work.actor)
    belongings = Belongings(structure_id=invitation.structure_id)
    joined = work.record(ACCOUNT, account.id, facts, belongings)
    work.record(INVITATION, invitation.id, invitations.accept(joining.mandate_id), belongings, cause=joined)
    return account.id


def erase_invitation(command: InvitationErase, work: UnitOfWork) -> UUID:
    authorize(work.actor, command.action, Belongings(person_id=command.person_id))
    state = work.find(INVITATION, command.invitation_id)
    assert state is not None
    facts = invitations.erase(state, command.person_id)
    work.record(INVITATION, state.id, facts, Belongings(structure_id=state.structure_id))
    return state.id


USE_CASES = (
    (InvitationSend, send),
    (InvitationRevoke, revoke),
    (InvitationAccept, accept),
    (InvitationErase, erase_invitation),
)
