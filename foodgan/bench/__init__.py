"""Benchmarks: what painting costs, and what the whole journey adds to it."""
