"""Show operators the deliveries to other systems. Addresses stand in the log, sealed, and are not shown."""

from __future__ import annotations

#: Where each subscription stands, those that fail first.
STANDING = """
SELECT p.webhook_id, p.position, p.attempts, p.due_at, p.dead_in_a_row, p.reason,
    (SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = p.webhook_id AND d.dead_at IS NOT NULL) AS dead
FROM webhook_progress p ORDER BY p.attempts DESC, p.webhook_id LIMIT 1000"""
DEAD = """
SELECT webhook_id, position, kind, attempts, http_status, reason, dead_at FROM webhook_deliveries
WHERE dead_at IS NOT NULL AND (%(webhook)s::uuid IS NULL OR webhook_id = %(webhook)s)
ORDER BY webhook_id, position DESC LIMIT %(most)s"""
