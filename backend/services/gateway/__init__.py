"""What concentrators push, what they are told, and what is known of their network."""
