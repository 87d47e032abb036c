"""Where animations stand, as SQL on an animation `a` at the instant `now`: one meaning for lists, figures and queues.

What waits for its attestation is what the table of transitions lets attest (`domain.animations.transitions`).
"""

from __future__ import annotations

OVER = "a.ends_at <= %(now)s"
UPCOMING = "a.starts_at >= %(now)s"
AWAITING_ATTESTATION = f"a.status = 'PUBLISHED' AND NOT a.attested AND {OVER}"
AWAITING_PUBLICATION = "a.status = 'SUBMITTED'"
AWAITING_CORRECTION = "a.status = 'REFUSED'"
