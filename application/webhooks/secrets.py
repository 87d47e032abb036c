"""The secrets that messages are signed with: derived from the database's own, so that no table and no log holds one.

Who holds a secret learns nothing of another. Rotating the master key changes none of them.
"""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

from application.commanding.pseudonyms_and_links import Keyed

#: The prefix of symmetric secrets in Standard Webhooks.
_PREFIX = "whsec_"


def webhook_secret(keyed: Keyed, webhook_id: UUID, number: int) -> str:
    """Return the subscription's secret of that number, as its owner is shown it."""
    return _PREFIX + b64encode(keyed.webhook(webhook_id.bytes + number.to_bytes(4, "big"))).decode()
