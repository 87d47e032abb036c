"""A dossier told in facts that follow from its events."""
