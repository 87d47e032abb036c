"""Sessions of PostgreSQL that outlive a statement: what is held by them, and what is known of the server behind."""
