"""The e-mail message of a draft: its headers and its two forms.

Subjects and display names are encoded here because Python 3.11 folds them wrongly: it loses a blank between two encoded
words (cpython#92081).
"""

from __future__ import annotations

import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, parseaddr, quote
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from application.notifications.composing import Draft

#: Needs no encoding: short, printable ASCII that no decoder mistakes for an encoded word.
_PLAIN = re.compile(r"(?!.*=\?)(?! )(?!.*  )[ -~]{1,60}(?<! )")
_ADDRESSES = frozenset(("from", "to", "reply-to", "sender", "cc"))
#: Source routes, which an old relay would forward to another host (RFC 1123, section 5.2.16).
_ROUTES = re.compile(r"[%!]")


class UnusableAddress(Exception):
    """Raised when a recorded address is not one mailbox. Never holds the address."""


def build_message(draft: Draft, mail_id: UUID, sender: str) -> EmailMessage:
    """Build the message. Its Message-ID, `mail_id` at the sender's domain, names duplicates. Raises UnusableAddress."""
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = draft.letter.subject
    own = _own(sender)
    message["From"] = own
    message["To"] = address(draft.address, bare=True)
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = f"<{mail_id}@{own.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    if draft.reply_to is not None:
        message["Reply-To"] = address(draft.reply_to, draft.answered_by, bare=True)
    if draft.unsubscribe is not None:
        # One click, without a further question (RFC 8058).
        message["List-Unsubscribe"] = f"<{draft.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(draft.letter.text)
    message.add_alternative(draft.letter.html, subtype="html")
    if draft.calendar is not None:
        entry = draft.calendar
        # Some programs show an entry only where it is one of the letter's forms, others only where it is attached.
        message.add_alternative(entry.text, subtype="calendar", params={"method": entry.method})
        # Mail programs act on an entry whose method its header names as well (RFC 6047, section 2.4).
        message.add_attachment(
            entry.text, subtype="calendar", params={"method": entry.method}, filename="animation.ics"
        )
    return message


def address(text: str, name: str = "", *, bare: bool = False) -> Address:
    """Return one mailbox, its domain in ASCII (IDNA). A display name may precede it, unless it must be `bare`.

    Raises UnusableAddress for any other text.
    """
    display_name, mailbox = ("", text) if bare else parseaddr(text)
    try:
        checked = validate_email(mailbox, check_deliverability=False)
    except EmailNotValidError:
        raise UnusableAddress from None
    if checked.ascii_domain is None or _ROUTES.search(checked.local_part):
        raise UnusableAddress
    return Address(name or display_name, username=checked.local_part, domain=checked.ascii_domain)


def _own(sender: str) -> Address:
    """Raise ValueError, not UnusableAddress: a wrong sender is not the recipient's fault."""
    try:
        return address(sender)
    except UnusableAddress:
        raise ValueError("the sender is not one mailbox") from None


def encode_header(text: str, header: str, linesep: str = "\r\n") -> str:
    """Return the text as RFC 2047 decoders read it back, in lines short enough after `header: `."""
    if _PLAIN.fullmatch(text):
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep=linesep)


class _Policy(EmailPolicy):
    """The SMTP policy, with subjects and display names encoded by `encode_header`."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        # The parser would decode an encoded word that a title happens to contain.
        if name.lower() == "subject":
            if "\r" in value or "\n" in value:
                raise ValueError("a subject is one line")
            return name, value
        return super().header_store_parse(name, value)

    def fold(self, name: str, value: Any) -> str:
        return self._own(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        own = self._own(name, value)
        return super().fold_binary(name, value) if own is None else own.encode()

    def _own(self, name: str, value: Any) -> str | None:
        if name.lower() == "subject":
            return f"{name}: {encode_header(str(value), name, self.linesep)}{self.linesep}"
        if name.lower() == "list-unsubscribe":
            # On one line: folded, a long link becomes encoded words, which mail programs do not follow.
            return f"{name}: {value}{self.linesep}"
        if name.lower() in _ADDRESSES:
            mailboxes = f",{self.linesep} ".join(_mailbox(address, name, self.linesep) for address in value.addresses)
            return f"{name}: {mailboxes}{self.linesep}"
        return None


_POLICY = _Policy(linesep="\r\n")


def _mailbox(mailbox: Address, header: str, linesep: str) -> str:
    if not mailbox.display_name:
        return mailbox.addr_spec
    plain = _PLAIN.fullmatch(mailbox.display_name)
    name = f'"{quote(mailbox.display_name)}"' if plain else encode_header(mailbox.display_name, header, linesep)
    last = len(f"{header}: {name}".rpartition(linesep)[2])
    return f"{name}{linesep if last + len(mailbox.addr_spec) > 74 else ''} <{mailbox.addr_spec}>"
