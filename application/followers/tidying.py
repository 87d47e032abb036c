"""Deletion of obsolete rows in the tables outside the log, which would grow for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.commanding.attempts import KEPT as ATTEMPTS_KEPT
from application.drafts import DRAFTS_KEPT

Conn = Connection[Any]

#: How long idempotency keys are stored: no client repeats a command after a month.
OUTCOMES_KEPT = "30 days"
#: How long the outcomes of letters are stored. Their recipients serve for a day only: see `capping`.
LETTERS_KEPT, RECIPIENTS_KEPT = "90 days", "2 days"
#: How long what was sent to other systems is stored, dead letters included.
DELIVERIES_KEPT = "90 days"
#: Rows of one transaction, and of one run.
AT_ONCE, MOST = 5_000, 100_000

_OUTCOMES = """
DELETE FROM command_outcomes WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM command_outcomes
    WHERE recorded_at < now() - %(outcomes)s::interval AND idempotency_key <> ALL(%(kept)s) LIMIT %(most)s))"""
_LETTERS = """
DELETE FROM mail_outbox WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM mail_outbox
    WHERE coalesce(sent_at, given_up_at) < now() - %(letters)s::interval LIMIT %(most)s))"""
_DELIVERIES = """
DELETE FROM webhook_deliveries WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM webhook_deliveries WHERE tried_at < now() - %(deliveries)s::interval LIMIT %(most)s))"""
_DRAFTS = """
DELETE FROM animation_drafts WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM animation_drafts WHERE saved_at < now() - %(drafts)s::interval LIMIT %(most)s))"""
_ATTEMPTS = """
DELETE FROM attempt_buckets WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM attempt_buckets WHERE at < now() - %(attempts)s::interval LIMIT %(most)s))"""
_RECIPIENTS = """
UPDATE mail_outbox SET recipient = NULL WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM mail_outbox
    WHERE recipient IS NOT NULL AND coalesce(sent_at, given_up_at) < now() - %(recipients)s::interval
    LIMIT %(most)s))"""


def tidy(conn: Conn, permanent_keys: Sequence[UUID]) -> int:
    """Delete obsolete rows and return their number. `permanent_keys` are the idempotency keys to store for ever."""
    params = {
        **{"outcomes": OUTCOMES_KEPT, "letters": LETTERS_KEPT, "recipients": RECIPIENTS_KEPT},
        **{
            "deliveries": DELIVERIES_KEPT,
            "drafts": DRAFTS_KEPT,
            "attempts": ATTEMPTS_KEPT,
            "kept": list(permanent_keys),
            "most": AT_ONCE,
        },
    }
    _in_parts(conn, _RECIPIENTS, params)
    statements = (_LETTERS, _DELIVERIES, _DRAFTS, _ATTEMPTS, _OUTCOMES)
    return sum(_in_parts(conn, statement, params) for statement in statements)


def _in_parts(conn: Conn, statement: str, params: dict[str, Any]) -> int:
    count = 0
    while count < MOST and (rows := conn.execute(statement, params).rowcount):
        count += rows
    return count
