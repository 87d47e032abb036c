"""Reports of mail servers about letters that came back: which are understood, and what is none."""

from __future__ import annotations

from uuid import UUID

import pytest

from application.notifications.bounces import Bounce, read_bounce
from tests.support.network.delivery_reports import ABSENCE, BARE, EXCHANGE, GMAIL, POSTFIX, report

MAIL = UUID(int=7)


@pytest.mark.parametrize("template", [POSTFIX, EXCHANGE, GMAIL, BARE], ids=["postfix", "exchange", "gmail", "bare"])
def test_a_report_of_failure_names_the_letter(template):
    assert read_bounce(report(template, MAIL)) == Bounce(MAIL, "5.1.1")


def test_a_letter_is_known_at_whatever_domain_it_was_sent_from():
    at_home = report(GMAIL, MAIL).replace(b"parentalite.invalid", b"parents.example")
    assert b"parents.example" in at_home
    assert read_bounce(at_home) == Bounce(MAIL, "5.1.1")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(report(POSTFIX, MAIL, action="delayed", status="4.4.1"), id="it is tried again"),
        pytest.param(report(POSTFIX, MAIL, action="delivered", status="2.0.0"), id="it arrived"),
        pytest.param(report(ABSENCE, MAIL), id="somebody is away"),
        pytest.param(report(POSTFIX, "somebody-else"), id="a letter of others"),
        pytest.param(b"\xff\x00 no message at all", id="noise"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_anything_else_reports_nothing(raw):
    assert read_bounce(raw) is None
