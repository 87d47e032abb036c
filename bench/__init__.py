"""Benchmarks: each compares within one run, prints ratios, and exits with 1 if a goal is missed (see README.md)."""
