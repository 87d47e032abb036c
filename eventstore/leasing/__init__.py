"""Leases: which process does a work now."""
