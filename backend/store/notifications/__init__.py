"""The outbox and all that says how to reach whom, in SQL."""
