"""The key that personal fields are sealed with in a benchmark's databases."""

MASTER_KEY = bytes(range(32))
