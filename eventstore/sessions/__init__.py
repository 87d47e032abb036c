"""Sessions of PostgreSQL: their address, their lending, and the memory of the log that they should lead to."""
