"""Kondate-C: procedurally drawn dishes with compositional names, a benchmark with known truth."""
