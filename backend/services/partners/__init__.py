"""What partners see of their tenants."""
