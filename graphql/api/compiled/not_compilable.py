"""The exception that leaves compiled execution."""

from __future__ import annotations


class NotCompilable(Exception):
    """Only graphql-core can answer: there is an error, a value of an undeclared type, or a rare feature."""
