"""Findings: analyses run on what changed, and what people make of them."""
