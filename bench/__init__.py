"""Benchmarks, each beside its peer in one run, on the same work with the same durability."""
