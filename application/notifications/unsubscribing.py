"""Ending letters by the link that each of them bears: those of a structure to a contact, or those of an inbox."""

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

#: What the links are for: a structure and its contact, or an account.
PURPOSE = "unsubscribe"
#: Where the API answers them, at the site's address.
PATH = "desabonnement"


class Unsubscribe(Command):
    """By whoever holds the link: the letter's recipient, or their mail program (RFC 8058)."""

    action: ClassVar[Action] = Action.UNSUBSCRIBE

    link: Link


def unsubscribe_address(links: SignedLinks, public_url: str, about: Mapping[str, Any]) -> str | None:
    """What ends letters about such things; None for those that answer to what the recipient did."""
    if "contact_id" in about:
        things = [UUID(about["structure_id"]), UUID(about["contact_id"])]
    elif "account_id" in about:
        things = [UUID(about["account_id"])]
    else:
        return None
    return f"{public_url}/{PATH}/{links.link(PURPOSE, *things)}"


def unsubscribe(command: Unsubscribe, work: UnitOfWork) -> UUID:
    """Raises RULE_BROKEN for who is unsubscribed already."""
    authorize(work.actor, command.action, Belongings())
    first, *others = work.keyed.links.read(PURPOSE, command.link, "link")
    return _from_structure(first, others[0], work) if others else _from_inbox(first, work)


def _from_structure(structure_id: UUID, contact_id: UUID, work: UnitOfWork) -> UUID:
    stream = contact_list_id(structure_id)
    facts = contacts.unsubscribe(work.find(CONTACTS, stream) or EMPTY, contact_id)
    work.record(CONTACTS, stream, facts, Belongings(structure_id=structure_id))
    return structure_id


def _from_inbox(account_id: UUID, work: UnitOfWork) -> UUID:
    events = [record.event for record in work.read_stream(account_id, 0)]
    set_before = next((one for one in reversed(events) if isinstance(one, MailPreferencesSet)), None)
    if set_before is None or set_before.email is None:
        raise broken("Aucun message n'est plus envoyé.")
    account = work.find(ACCOUNT, account_id) or Account(account_id)
    work.record(ACCOUNT, account_id, accounts.stop_mail(account, set_before), Belongings())
    return account_id


USE_CASES = ((Unsubscribe, unsubscribe),)
