"""Demand response in SQL."""
