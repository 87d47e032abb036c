"""A real SMTP server on loopback that keeps what it is sent, and refuses as it is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from application.application import Application
from application.followers.mailing import Mailer, Smtp
from application.followers.reacting import react


@dataclass
class PostOffice:
    """`answers` maps an address to what the server says to it; others are accepted.

    `to_senders` and `to_letters` are said instead of accepting a sender, or a letter.
    """

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    to_senders: str | None = None
    to_letters: str | None = None
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[str]:
        """The subjects of what that address was sent, in order."""
        return [str(letter["Subject"]) for letter in self.received if address in str(letter["To"])]

    def text(self, number: int = -1) -> str:
        body = self.received[number].get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, host: str, responses: list[str]) -> list[str]:
        self.connections += 1
        session.host_name = host
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.to_senders is not None:
            return self.to_senders
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if reply := self.answers.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.to_letters is not None:
            return self.to_letters
        self.raw.append(envelope.original_content)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        return "250 OK"


@contextmanager
def post_office(**options: Any) -> Iterator[PostOffice]:
    """`options` are those of aiosmtpd's controller."""
    office = PostOffice()
    with socket.create_server(("127.0.0.1", 0)) as free:
        office.port = free.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **options)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def sent_by(application: Application) -> PostOffice:
    """What has been sent once everything that happened is reacted to."""
    with post_office() as office, application.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
        # As if whatever waits to be overtaken had waited.
        conn.execute("UPDATE mail_outbox SET due_at = now() WHERE due_at > now()")
        send = Smtp(office.url).send
        mailer = Mailer(application.vault, application.bus.keyed, "a@example.org", "https://x.example.org", send)
        while mailer.send_next(conn):
            pass
        return office
