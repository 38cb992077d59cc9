"""GraphQL over HTTP, WebSocket and server-sent events: what happens before and after a resolver."""
