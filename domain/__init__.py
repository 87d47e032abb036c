"""What can happen: aggregates, their events and their rules (docs/glossary.md).

Nothing here knows of storage, transport or time: "now", the actor and other aggregates' states come in as values;
decisions come out as events or as a `DomainError`.
"""
