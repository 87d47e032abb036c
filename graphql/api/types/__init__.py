"""The types that queries answer with, each with how it is read."""
