"""What every session of PostgreSQL has: an address, and a memory of the log that it should lead to."""
