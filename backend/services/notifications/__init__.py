"""Use cases of notifications: what people wish, what is told, how it is sent."""
