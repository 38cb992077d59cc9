"""Our own authorization server: OAuth 2 and OpenID Connect for people, apps and integrators."""
