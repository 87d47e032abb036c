"""Which process does a work now."""
