"""What can happen: aggregates, their events and their rules (docs/glossary.md).

The domain does no I/O and reads no clock. It takes "now", the actor and the states of other aggregates as values, and
returns events or raises a `DomainError`.
"""
