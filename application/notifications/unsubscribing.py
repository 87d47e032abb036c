"""Unsubscribe by the link in each letter: from a structure's letters to a contact, or from an inbox's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from application.commanding.commands import Command
from application.commanding.signed_links import SignedLinks
from application.commanding.unit_of_work import UnitOfWork
from domain.accounts import account as accounts
from domain.accounts.account import Account
from domain.accounts.events import MailPreferencesSet
from domain.catalogue import ACCOUNT, CONTACTS
from domain.contacts import contacts
from domain.contacts.contacts import EMPTY
from domain.kernel.errors import broken
from domain.kernel.identifiers import contact_list_id
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import Link

#: Purpose of the signed links, which name a structure and its contact, or an account.
PURPOSE = "unsubscribe"
#: Path of the links, below the site's address.
PATH = "desabonnement"


class Unsubscribe(Command):
    """Sent by the holder of the link: the recipient, or their mail program (RFC 8058)."""

    action: ClassVar[Action] = Action.UNSUBSCRIBE

    link: Link


def unsubscribe_address(links: SignedLinks, public_url: str, about: Mapping[str, Any]) -> str | None:
    """Return the link that ends letters about these things; None for letters that answer an act of the recipient."""
    if "contact_id" in about:
        things = [UUID(about["structure_id"]), UUID(about["contact_id"])]
    elif "account_id" in about:
        things = [UUID(about["account_id"])]
    else:
        return None
    return f"{public_url}/{PATH}/{links.link(PURPOSE, *things)}"


def unsubscribe(command: Unsubscribe, work: UnitOfWork) -> UUID:
    """Raises RULE_BROKEN if already unsubscribed."""
    authorize(work.actor, command.action, Belongings())
    first, *others = work.keyed.links.read(PURPOSE, command.link, "link")
    return _from_structure(first, others[0], work) if others else _from_inbox(first, work)


def _from_structure(structure_id: UUID, contact_id: UUID, work: UnitOfWork) -> UUID:
    stream = contact_list_id(structure_id)
    events = contacts.unsubscribe(work.find(CONTACTS, stream) or EMPTY, contact_id)
    work.record(CONTACTS, stream, events, Belongings(structure_id=structure_id))
    return structure_id


def _from_inbox(account_id: UUID, work: UnitOfWork) -> UUID:
    events = [record.event for record in work.read_stream(account_id, 0)]
    preferences = next((event for event in reversed(events) if isinstance(event, MailPreferencesSet)), None)
    if preferences is None or preferences.email is None:
        raise broken("Aucun message n'est plus envoyé.")
    account = work.find(ACCOUNT, account_id) or Account(account_id)
    work.record(ACCOUNT, account_id, accounts.stop_mail(account, preferences), Belongings())
    return account_id


USE_CASES = ((Unsubscribe, unsubscribe),)
