"""Leaks and meter faults: what flows when nothing should, and what does not when it should."""
