"""Where animations stand, as SQL on an animation `a` at the instant `now`: one meaning for lists, figures and queues.

What waits for its attestation is what the table of transitions lets attest (`domain.animations.transitions`).
"""

from __future__ import annotations

OVER = "a.ends_at <= %(now)s"
UPCOMING = "a.starts_at >= %(now)s"
AWAITING_ATTESTATION = f"a.status = 'PUBLISHED' AND NOT a.attested AND {OVER}"
#: No convention of the structure covers the day: nobody can register until one does.
WITHOUT_CONVENTION = """a.status IN ('SUBMITTED', 'REFUSED', 'PUBLISHED') AND NOT a.attested AND NOT EXISTS (
    SELECT FROM {conventions} k WHERE k.structure_id = a.structure_id AND k.territory = a.territory
    AND a.day BETWEEN k.valid_from AND least(k.valid_until, k.terminated_on))"""
#: The same of what is to come: the public reads it at once, before it is recorded and told.
SUSPENDED = f"({WITHOUT_CONVENTION} AND (a.suspended OR NOT a.ended))"
AWAITING_PUBLICATION = "a.status = 'SUBMITTED'"
AWAITING_CORRECTION = "a.status = 'REFUSED'"
