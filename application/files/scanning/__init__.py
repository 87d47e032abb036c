"""Open untrusted files in separate processes."""
