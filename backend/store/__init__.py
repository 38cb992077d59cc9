"""Rows to arrays and back: the only bulk SQL."""
