"""Bounds that are held before the work is done."""
