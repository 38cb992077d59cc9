"""Measured ratios, one file a question."""

import os

# As the product runs: see runtime/__init__.py.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
