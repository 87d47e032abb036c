"""The way out of compiled execution."""

from __future__ import annotations


class NotCompilable(Exception):
    """Only graphql-core can tell what to answer: an error, a value of another type than declared, a rare feature."""
