"""Bounds that are checked before any work is done."""
