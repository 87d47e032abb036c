"""The `parentalite` command: the composition root, the one place that knows every layer."""
