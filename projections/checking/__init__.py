"""Read models against the log: every live row is compared with the fold of the events it follows from."""
