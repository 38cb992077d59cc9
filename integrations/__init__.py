"""Open standards: OpenADR, Green Button, webhooks. The room of integrators; still empty."""
