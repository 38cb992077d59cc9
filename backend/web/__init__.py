"""Pages for people: the landing page, and GraphiQL to try the API with."""
