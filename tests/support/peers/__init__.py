"""Programs of others that read what ours writes."""
