"""Hours of meters: counters in three tiers, and corrections over them."""
