"""The key that encrypts personal fields in a benchmark's databases."""

MASTER_KEY = bytes(range(32))
