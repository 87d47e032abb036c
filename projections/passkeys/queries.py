"""Reading passkeys."""

from __future__ import annotations

WITH_KEY = "SELECT passkeys_id FROM {passkeys} WHERE keys @> %(key)s LIMIT 100"
OF_PERSON = "SELECT keys FROM {passkeys} WHERE passkeys_id = %(id)s"
