"""Reports of delivery (RFC 3464), as mail servers write them."""

from __future__ import annotations

from uuid import UUID

POSTFIX = """Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: retours@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="XYZ"

--XYZ
Content-Type: text/plain; charset=us-ascii

<dead@example.org>: host mx[192.0.2.1] said: 550 5.1.1 no such user

--XYZ
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4XYZ
Arrival-Date: Thu, 26 Nov 2026 08:00:00 +0100 (CET)

Final-Recipient: rfc822; dead@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--XYZ
Content-Type: text/rfc822-headers

From: a@example.org
To: dead@example.org
Subject: Votre inscription
Message-ID: <{mail_id}@parentalite.invalid>

--XYZ--
"""
#: It returns the letter whole, and names it in the report's own headers.
EXCHANGE = POSTFIX.replace("Content-Type: text/rfc822-headers", "Content-Type: message/rfc822").replace(
    "\n\n--XYZ--", "\nContent-Type: text/plain\n\nBonjour\n--XYZ--"
)
GMAIL = (
    POSTFIX[: POSTFIX.index("--XYZ\nContent-Type: text/rfc822-headers")].replace(
        "Auto-Submitted", "In-Reply-To: <{mail_id}@parentalite.invalid>\nAuto-Submitted"
    )
    + "--XYZ--\n"
)
#: It returns nothing of the letter, but the id of its envelope (RFC 3461).
BARE = GMAIL.replace("In-Reply-To: <{mail_id}@parentalite.invalid>\n", "").replace(
    "Reporting-MTA", "Original-Envelope-Id: {mail_id}\nReporting-MTA"
)
ABSENCE = """From: dead@example.org
To: retours@example.org
Subject: Absente
In-Reply-To: <{mail_id}@parentalite.invalid>
Auto-Submitted: auto-replied

Je reviens lundi.
"""


def report(template: str, mail_id: UUID | str, action: str = "failed", status: str = "5.1.1") -> bytes:
    return template.format(mail_id=mail_id, action=action, status=status).encode()
