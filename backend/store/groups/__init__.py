"""Hours of balance groups, what is due to be rolled up, and the structure around them."""
