"""Benchmarks: each compares within one run, prints ratios, and exits 1 where a goal is missed (see README.md)."""
