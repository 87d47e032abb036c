"""The e-mail that a draft is sent as: its headers and its two forms.

Subjects and display names are encoded here. Python 3.11 folds them wrongly: a blank between two encoded words is lost
(cpython#92081), and what is read is then no longer what was written.
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

#: Written as it stands: short, printable ASCII that no decoder takes for something else.
_PLAIN = re.compile(r"(?!.*=\?)(?! )(?!.*  )[ -~]{1,60}(?<! )")
_ADDRESSES = frozenset(("from", "to", "reply-to", "sender", "cc"))
#: A relay of old would hand these on to another host (RFC 1123, section 5.2.16).
_ROUTES = re.compile(r"[%!]")


class UnusableAddress(Exception):
    """What was recorded is not one mailbox. Never holds the address."""


def message(draft: Draft, mail_id: UUID, sender: str, host: str) -> EmailMessage:
    """Under a Message-ID of `mail_id` at `host`, by which a second copy is known. Raises UnusableAddress."""
    built = EmailMessage(policy=_AS_WRITTEN)
    built["Subject"] = draft.letter.subject
    built["From"] = _own(sender)
    built["To"] = address(draft.address, bare=True)
    built["Date"] = formatdate(localtime=False)
    built["Message-ID"] = f"<{mail_id}@{host}>"
    built["Auto-Submitted"] = "auto-generated"  # RFC 3834
    if draft.reply_to is not None:
        built["Reply-To"] = address(draft.reply_to, draft.answered_by, bare=True)
    if draft.unsubscribe is not None:
        # One click, and no question more (RFC 8058).
        built["List-Unsubscribe"] = f"<{draft.unsubscribe}>"
        built["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    built.set_content(draft.letter.text)
    built.add_alternative(draft.letter.html, subtype="html")
    if draft.calendar is not None:
        built.add_attachment(draft.calendar, subtype="calendar", filename="animation.ics")
    return built


def address(text: str, name: str = "", *, bare: bool = False) -> Address:
    """One mailbox, its domain in ASCII (IDNA). A display name may stand before it, unless it must be `bare`.

    Raises UnusableAddress for whatever else the text may be.
    """
    found, mailbox = ("", text) if bare else parseaddr(text)
    try:
        checked = validate_email(mailbox, check_deliverability=False)
    except EmailNotValidError:
        raise UnusableAddress from None
    if checked.ascii_domain is None or _ROUTES.search(checked.local_part):
        raise UnusableAddress
    return Address(name or found, username=checked.local_part, domain=checked.ascii_domain)


def _own(sender: str) -> Address:
    """Raises ValueError: what is wrong with our own address is no fault of a recipient's."""
    try:
        return address(sender)
    except UnusableAddress:
        raise ValueError("the sender is not one mailbox") from None


def encoded(text: str, header: str, linesep: str = "\r\n") -> str:
    """The text as any decoder of RFC 2047 gives it back, in lines that are short enough after `header: `."""
    if _PLAIN.fullmatch(text):
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep=linesep)


class _AsWritten(EmailPolicy):
    """SMTP's policy, with subjects and display names encoded by `encoded`."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        # What looks like an encoded word in a title is part of the title: the parser would decode it.
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
            return f"{name}: {encoded(str(value), name, self.linesep)}{self.linesep}"
        if name.lower() == "list-unsubscribe":
            # On one line, which may have 998 characters: folded, a link becomes encoded words, which no program reads.
            return f"{name}: {value}{self.linesep}"
        if name.lower() in _ADDRESSES:
            written = f",{self.linesep} ".join(_mailbox(one, name, self.linesep) for one in value.addresses)
            return f"{name}: {written}{self.linesep}"
        return None


_AS_WRITTEN = _AsWritten(linesep="\r\n")


def _mailbox(one: Address, header: str, linesep: str) -> str:
    if not one.display_name:
        return one.addr_spec
    plain = _PLAIN.fullmatch(one.display_name)
    shown = f'"{quote(one.display_name)}"' if plain else encoded(one.display_name, header, linesep)
    last = len(f"{header}: {shown}".rpartition(linesep)[2])
    return f"{shown}{linesep if last + len(one.addr_spec) > 74 else ''} <{one.addr_spec}>"
