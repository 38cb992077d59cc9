"""Measured ratios, one file a question."""
