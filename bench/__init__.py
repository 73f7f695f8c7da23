"""Benchmarks: ratios against the same work done bare, measured side by side in one run."""
