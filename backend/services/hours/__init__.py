"""From the journal to hours of meters and groups."""
