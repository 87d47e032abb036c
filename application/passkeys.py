"""Use cases of passkeys: a person adds one of their own, and revokes it."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import PASSKEYS
from domain.kernel.errors import forbidden
from domain.kernel.events import Event
from domain.kernel.identifiers import passkeys_id
from domain.kernel.rights import Action, Belongings
from domain.passkeys import passkeys
from domain.passkeys.events import PasskeyRegistered, WithdrawalReason
from domain.passkeys.passkeys import Passkeys

#: WebAuthn's longest credential id has 1,023 bytes; the RSA keys of COSE have some hundreds.
CredentialId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=1_364)]
_PublicKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=2_000)]
#: RFC 1035, section 2.3.4.
_HostName = Annotated[str, StringConstraints(max_length=253)]


class PasskeyRegister(Command):
    """The values that `signatures.registrations` read from the browser's answer."""

    action: ClassVar[Action] = Action.PASSKEY_REGISTER

    credential_id: CredentialId
    public_key: _PublicKey
    rp_id: _HostName
    #: Passkey streams of others who may have had this key. The read side proposes them.
    also_in: Annotated[tuple[UUID, ...], Field(max_length=100)] = Field(default=(), exclude=True)


class PasskeyRevoke(Command):
    action: ClassVar[Action] = Action.PASSKEY_REVOKE

    credential_id: CredentialId


class PasskeysWithdraw(Command):
    """`person`: whose they are, as stamps name them."""

    action: ClassVar[Action] = Action.PASSKEYS_WITHDRAW

    person: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$", max_length=22)]
    reason: WithdrawalReason


def register(command: PasskeyRegister, work: UnitOfWork) -> UUID:
    registered = PasskeyRegistered(
        credential_id=command.credential_id, public_key=command.public_key, rp_id=command.rp_id
    )
    own = _own(work)
    others = [theirs for stream in command.also_in if (theirs := work.find(PASSKEYS, stream)) is not None]
    facts = passkeys.register(own, registered, work.actor, is_signed=work.is_signed, others=others)
    return _record(work, own, facts)


def revoke(command: PasskeyRevoke, work: UnitOfWork) -> UUID:
    own = _own(work)
    return _record(work, own, passkeys.revoke(own, command.credential_id, work.actor))


def withdraw(command: PasskeysWithdraw, work: UnitOfWork) -> UUID:
    stream = passkeys_id(command.person)
    theirs = work.find(PASSKEYS, stream) or Passkeys(stream)
    return _record(work, theirs, passkeys.withdraw(theirs, command.reason, work.actor))


def _own(work: UnitOfWork) -> Passkeys:
    """Return the actor's own passkeys. Raises FORBIDDEN for whoever is no person in office."""
    if work.actor.person is None:
        raise forbidden()
    stream = passkeys_id(work.actor.person)
    return work.find(PASSKEYS, stream) or Passkeys(stream)


def _record(work: UnitOfWork, own: Passkeys, facts: list[Event]) -> UUID:
    work.record(PASSKEYS, own.id, facts, Belongings())
    return own.id


USE_CASES = (
    (PasskeyRegister, register),
    (PasskeyRevoke, revoke),
    (PasskeysWithdraw, withdraw),
)
