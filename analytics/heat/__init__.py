"""Heat: energy from flow and temperatures, losses on the way, and who used what of it."""
