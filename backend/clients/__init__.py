"""Outward I/O, each behind a small interface."""
