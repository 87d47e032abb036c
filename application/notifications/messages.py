"""The e-mail that a draft is sent as: its headers and its two forms."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import formatdate
from uuid import UUID

from application.notifications.composing import Draft


def message(draft: Draft, mail_id: UUID, sender: str, host: str) -> EmailMessage:
    """Under a Message-ID of `mail_id` at `host`, by which a second copy is known."""
    built = EmailMessage()
    built["Subject"], built["From"], built["To"] = draft.letter.subject, sender, draft.address
    built["Date"] = formatdate(localtime=False)
    built["Message-ID"] = f"<{mail_id}@{host}>"
    built["Auto-Submitted"] = "auto-generated"  # RFC 3834
    built.set_content(draft.letter.text)
    built.add_alternative(draft.letter.html, subtype="html")
    return built
