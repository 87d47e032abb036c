"""Reading passkeys."""

from __future__ import annotations

OF_PERSON = "SELECT keys FROM {passkeys} WHERE passkeys_id = %(id)s"
