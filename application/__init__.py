"""What people do: one module per family of use cases, the event store, idempotency, policies, privacy, settings."""
