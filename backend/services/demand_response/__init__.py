"""Use cases of demand response: calling events, answering them, and what the clock does."""
