"""The keys that encrypt personal fields and authenticate events in a benchmark's databases."""

from eventstore.authenticators import EventKeys

MASTER_KEY = bytes(range(32))
EVENT_KEYS = EventKeys(b"e" * 32)
