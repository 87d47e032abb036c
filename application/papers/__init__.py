"""Printed papers: a dataclass in, the bytes of a PDF out. No clock, no database; the same input, the same bytes."""
