"""Findings in SQL."""
